"""Rules about how well packets flow: lost, slow, stopped, or only so many lines."""

from typing import List, Tuple

from diagnostics.checks.evidence import OK
from diagnostics.checks.wording import TIMEOUT
from diagnostics.verdicts.finding import Finding, Reason, group
from diagnostics.verdicts.path import is_slow
from diagnostics.verdicts.scene import STAGES, Line, Scene

# What a sender needs to get a mail of a megabyte out in some minutes.
SLOW_KBIT = 50.0
# Segments sent again in stages that came to their end all the same.
SOME_LOST, MANY_LOST = 2, 4
# A first packet that gets no answer is sent again after a second (RFC 6298).
SYN_AGAIN_SECONDS = 0.9
# A name resolved that late was not a matter of one lost question.
LATE_SECONDS = 1.0
# Waiting for packets in a queue: the round trip grows as the session goes on.
GROWN, GROWN_SECONDS = 5, 0.5
GREETING_SECONDS = 2.0
# So many bytes came in packets of full size: those do not vanish.
WHOLE_PACKETS = 2800

# What lost packets look like when they hit the wrong moment.
BY_CHANCE = {
    "dns-server-dead", "dns-server-wrong", "dns-servfail", "dns-slow",
    "dns-aaaa-timeout", "port25-blocked-drop", "ipv6-broken", "egress-firewall-all",
    "portal-ip-filtered", "return-path-asymmetric", "scanner-down", "no-internet",
    "firewall-stall-banner", "firewall-stall-tls", "mtu-blackhole", "greet-delay",
    "high-latency", "auth-lockout", "scanner-auth-backend-down", "conn-limit-nat",
    "nat-session-short", "slow-uplink", "gateway-wrong", "firewall-egress-process",
}  # fmt: skip


def about_flow(scene: Scene) -> List[Finding]:
    """Judge the connections that came about by how their packets fared."""
    narrow = _bulk(scene)
    if is_slow(scene):  # queues make the way of a narrow line look long
        return [one for one in narrow if one.slug == "slow-uplink"]
    found = _connections(scene) or narrow or _queue(scene)
    return found or _loss(scene) or _greeting(scene)


def without_chance(found: List[Finding]) -> List[Finding]:
    """Leave out what lost packets or a narrow line explain, where there are any."""
    if any(one.slug == "slow-uplink" for one in found):
        found = [one for one in found if one.slug != "high-latency"]
    if not any(one.slug == "packet-loss" for one in found):
        return found
    return [one for one in found if one.slug not in BY_CHANCE]


def _passed(line: Line) -> List[str]:
    return [stage for stage in STAGES if line.status(stage) == OK]


def lost_segments(scene: Scene) -> int:
    """Count segments and questions that were sent again and then answered."""
    count = 0
    opened = [line.seconds("tcp") for line in scene.lines if line.is_open]
    for line in scene.lines:
        counts = [line.facts(stage).get("retransmits") for stage in _passed(line)]
        count += sum(number for number in counts if number)
        if line.is_open and line.facts("tcp").get("retransmits") is None:
            count += line.seconds("tcp") > min(opened) + SYN_AGAIN_SECONDS
    after = [*scene.of("envelope"), *scene.of("bulk")]
    for item in after:
        if not item.facts.get("error") and not item.facts.get("is_stalled"):
            count += item.facts.get("retransmits") or 0
    return count + _asked_again(scene, has_lost=count > 0)


def _asked_again(scene: Scene, *, has_lost: bool) -> int:
    """Count repeated questions; where no segment was lost, all may just be late."""
    system = [one for one in scene.names if one.facts.get("resolver") == "system"]
    if not has_lost and any(one.duration_seconds > LATE_SECONDS for one in system):
        return 0
    answered = [one for one in scene.names if one.status == OK]
    return sum(int(one.facts.get("tries", 1)) - 1 for one in answered)


def _loss(scene: Scene) -> List[Finding]:
    count = lost_segments(scene)
    if count < SOME_LOST:
        return []
    because = (Reason("sent-again", {"count": count}),)
    return [Finding("packet-loss", 0.85 if count >= MANY_LOST else 0.6, because)]


def _bulk(scene: Scene) -> List[Finding]:
    """Judge the many bytes that were written after the log-in."""
    for item in scene.of("bulk"):
        facts = item.facts
        if item.status == OK or "taken_bytes" not in facts:
            continue
        values = {
            "taken": facts["taken_bytes"],
            "bytes": facts["bytes"],
            "speed": facts["kbit_per_second"],
        }
        if not facts["is_stalled"] and facts["kbit_per_second"] < SLOW_KBIT:
            return [Finding("slow-uplink", 0.85, (Reason("bulk-slow", values),))]
        if not facts["is_stalled"] or lost_segments(scene) >= SOME_LOST:
            continue
        because: Tuple[Reason, ...] = (Reason("bulk-stalled", values),)
        if facts["taken_bytes"] > WHOLE_PACKETS and not lost_segments(scene):
            return [Finding("nat-session-short", 0.85, because)]
        shares = {"nat-session-short": 0.45, "mtu-blackhole": 0.45}
        return group(shares, because, "small-segments")
    return []


def _queue(scene: Scene) -> List[Finding]:
    """Name a line so narrow that a handshake fills it."""
    for line in scene.used_lines():
        last = [line.facts(stage).get("rtt_seconds") or 0 for stage in _passed(line)]
        first = line.seconds("tcp")
        if last and last[-1] > max(GROWN * first, GROWN_SECONDS):
            values = {"first": round(first, 2), "last": round(last[-1], 2)}
            reason = Reason("round-trip-grew", values)
            return [Finding("slow-uplink", 0.7, (reason,))]
    return []


def _connections(scene: Scene) -> List[Finding]:
    """Name what lets only so many connections through."""
    again = [item for item in scene.of("reconnect") if item.facts.get("error")]
    if not again or again[0].facts["error"] != TIMEOUT:
        return []
    reason = Reason("second-silent", {"port": again[0].facts["port"]})
    if lost_segments(scene) >= SOME_LOST:
        return []
    return [Finding("conn-limit-nat", 0.85, (reason,))]


def _greeting(scene: Scene) -> List[Finding]:
    """Name a server that lets everybody wait for its greeting."""
    waits = [
        line.seconds("greeting")
        for line in scene.open_lines()
        if line.status("greeting") == OK
    ]
    if not waits or min(waits) < GREETING_SECONDS:
        return []
    reason = Reason("greeted-late", {"seconds": round(min(waits), 1)})
    return [Finding("greet-delay", 0.75, (reason,))]
