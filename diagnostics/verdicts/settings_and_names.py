"""Rules about what is configured and what names resolve to."""

from typing import List, Set, Tuple

from diagnostics.checks.configured import HOST_OLD_LITERAL, HOST_OTHER, HOST_TYPO
from diagnostics.checks.evidence import Evidence, Facts
from diagnostics.checks.wording import TIMEOUT
from diagnostics.verdicts.finding import Finding, Reason, group
from diagnostics.verdicts.local_network import is_resolver_there
from diagnostics.verdicts.scene import Scene

SLOW_SECONDS = 1.0
# Answers that say no (RFC 1035, 4.1.1).
RCODES = {2: "SERVFAIL", 3: "NXDOMAIN", 5: "REFUSED"}
SPOKEN = {2: ("dns-servfail", 0.85), 5: ("dns-refused", 0.9)}


def about_settings(scene: Scene) -> List[Finding]:
    """Compare what is typed with what the scanner is."""
    facts = scene.configured
    found: List[Finding] = []
    host = facts.get("host", "")
    names = ", ".join(facts.get("known_hosts") or facts.get("addresses", ()))
    differs = (Reason("host-differs", {"host": host, "names": names}),)
    relation = facts.get("relation")
    if relation == HOST_TYPO:
        found.append(Finding("wrong-server-typo", 0.95, differs))
    elif relation == HOST_OTHER:
        found.append(Finding("wrong-server", 0.9, differs))
    elif relation == HOST_OLD_LITERAL:
        found.append(Finding("stale-ip-in-config", 0.9, differs))
    certain = bool(facts.get("known_hosts")) or any(
        line.is_open for line in scene.lines
    )
    for port in facts.get("unknown_ports", ()):
        if certain and not any(
            line.port == port and line.is_open for line in scene.lines
        ):
            ports = ", ".join(str(known) for known in scene.known_ports)
            values = {"port": port, "ports": ports}
            reason = Reason("port-not-offered", values)
            found.append(Finding("wrong-port", 0.9, (reason,)))
    return found


def about_names(scene: Scene) -> List[Finding]:
    """Judge the system's answer by what the name servers and the portal say."""
    asked = scene.names
    system = [item for item in asked if item.facts.get("resolver") == "system"]
    others = ("system", "none")
    servers = [item for item in asked if item.facts.get("resolver") not in others]
    main = system[0] if system else None
    if main is None:
        return _by_servers_alone(scene, servers)
    if main.facts.get("error"):
        return _unresolved(scene, main, servers)
    return _unexpected(scene, main, servers) + _slow(main, servers)


def _by_servers_alone(scene: Scene, servers: List[Evidence]) -> List[Finding]:
    """Judge what name servers said where nobody asked the machine's own resolver."""
    if not servers or not scene.is_by_hand:
        return []
    told = [item for item in servers if item.facts.get("addresses")]
    if told:
        wanted = [i for i in told if set(i.facts.get("expected", ())) & _addresses(i)]
        return [] if wanted else _unexpected(scene, told[0], told[:1])
    if any(item.facts.get("rcode") == 0 for item in servers):
        return []
    rcode = servers[0].facts.get("rcode")
    said = RCODES.get(rcode, str(rcode)) if rcode is not None else TIMEOUT
    main = servers[0]._replace(facts=dict(servers[0].facts, error=said))
    return _unresolved(scene, main, servers)


def _addresses(item: Evidence) -> Set[str]:
    return set(item.facts.get("addresses", ()))


def _unresolved(scene: Scene, main: Evidence, servers: List[Evidence]) -> List[Finding]:
    half = _half_answered(servers)
    if half:
        return half
    name = main.subject.split(" ")[0]
    because = (Reason("unresolved", {"host": name, "error": main.facts["error"]}),)
    rcodes = [item.facts.get("rcode") for item in servers]
    for rcode, (slug, confidence) in SPOKEN.items():
        if rcode in rcodes:
            return [Finding(slug, confidence, because)]
    answered = [code for code in rcodes if code is not None]
    if 3 in answered or (
        not servers and main.facts["error"] in ("EAI_NONAME", "EAI_NODATA")
    ):
        shares = {"wrong-server-typo": 0.45, "dns-nxdomain": 0.45}
        return group(shares, because, "compare-name")
    if servers and not answered:
        return _silent(scene, servers, because)
    shares = {"dns-server-dead": 0.3, "dns-server-wrong": 0.3, "dns-servfail": 0.3}
    return group(shares, because, "ask-resolver")


def _silent(
    scene: Scene, servers: List[Evidence], because: Tuple[Reason, ...]
) -> List[Finding]:
    """Tell whether a silent name server is there at all."""
    asked = sorted({str(item.facts["resolver"]) for item in servers})
    known = {is_resolver_there(scene, server) for server in asked}
    values = {"servers": ", ".join(asked)}
    if known == {False}:
        because = (*because, Reason("resolver-absent", values))
        return [Finding("dns-server-wrong", 0.9, because)]
    if known == {True}:
        because = (*because, Reason("resolver-there", values))
        return [Finding("dns-server-dead", 0.9, because)]
    shares = {"dns-server-dead": 0.45, "dns-server-wrong": 0.45}
    return group(shares, because, "ping-resolver")


def _unexpected(scene: Scene, main: Evidence, servers: List[Evidence]) -> List[Finding]:
    facts: Facts = main.facts
    addresses, expected = facts.get("addresses", []), facts.get("expected", [])
    if not expected or set(addresses) & set(expected):
        return []
    values = {"addresses": ", ".join(addresses), "expected": ", ".join(expected)}
    because = (Reason("other-addresses", values),)
    stale = [a for item in scene.of("hosts") for a in item.facts["unexpected"]]
    if set(stale) & set(addresses):
        because = (Reason("hosts-entry", {"addresses": ", ".join(stale)}),)
        return [Finding("hosts-file-stale", 0.95, because)]
    by_servers = {a for item in servers for a in item.facts.get("addresses", ())}
    if by_servers & set(expected):
        return [Finding("hosts-file-stale", 0.9, because)]
    if any(line.facts("greeting").get("code") == 220 for line in scene.foreign_lines):
        # A mail server lives there: its own name, or a forged answer.
        shares = {"wrong-server": 0.45, "dns-hijack": 0.45}
        return group(shares, because, "compare-name")
    return [Finding("dns-hijack", 0.85 if by_servers else 0.7, because, "ask-resolver")]


def _half_answered(servers: List[Evidence]) -> List[Finding]:
    """Name what swallows questions for IPv6 while it answers those for IPv4."""
    silent = {
        item.facts.get("resolver")
        for item in servers
        if item.facts.get("type") == "AAAA" and item.facts.get("error") == TIMEOUT
    }
    for item in servers:
        if item.facts.get("addresses") and item.facts.get("resolver") in silent:
            return [Finding("dns-aaaa-timeout", 0.9, (Reason("aaaa-silent"),))]
    return []


def _slow(main: Evidence, servers: List[Evidence]) -> List[Finding]:
    half = _half_answered(servers)
    if half:
        return half
    if main.duration_seconds > SLOW_SECONDS:
        seconds = round(main.duration_seconds, 1)
        reason = Reason("resolved-late", {"seconds": seconds})
        return [Finding("dns-slow", 0.45, (reason,), "later")]
    return []
