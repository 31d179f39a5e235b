"""Rules about where on the way a port is stopped, and whether the internet is there."""

import ipaddress
from typing import List, Optional, Tuple

from diagnostics.checks.evidence import FAILED, OK, Facts
from diagnostics.verdicts.finding import Finding, Reason, group
from diagnostics.verdicts.local_network import gateway_answers
from diagnostics.verdicts.scene import Scene

# The portal failed for these: nobody there, or no way. Names are another matter.
# RFC 1918 and RFC 4193; shared space (RFC 6598) is the provider's.
_OWN = [
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
]
_NO_WAY = ("timeout", "ENETUNREACH", "EHOSTUNREACH")


def reaches_portal(scene: Scene) -> Optional[bool]:
    """Say whether the internet is there; None when nobody asked or names failed."""
    for item in scene.of("portal"):
        if item.status == OK or item.facts.get("error") == "ECONNREFUSED":
            return True
        if item.status == FAILED and item.facts.get("error") in _NO_WAY:
            return False
    return None


def about_way(
    scene: Scene, because: Tuple[Reason, ...], *, is_refused: bool
) -> List[Finding]:
    """Judge where the port is stopped, when none of them opens."""
    path, port = _facts(scene, "path"), _facts(scene, "path_tcp")
    if not port:
        return []
    if is_refused:
        return _refused(path, port, because)
    if reaches_portal(scene) is False and path.get("reach", 0) <= 1:
        return _offline(scene, because)
    # The end itself is left out of the attempts where it is known to be there.
    routers = path.get("reach", 0) - bool(path.get("is_reached"))
    if routers > port["reach"]:
        return _stopped(path, port, because)
    if port["reach"] > 1:
        reason = Reason("way-open", {"hop": _hop(path, port["reach"])})
        shares = {"portal-ip-filtered": 0.4, "return-path-asymmetric": 0.4}
        shares["scanner-down"] = 0.15
        return group(shares, (*because, reason), "count-syn")
    return []


def _facts(scene: Scene, check: str) -> Facts:
    found = scene.of(check)
    return found[0].facts if found else {}


def _hop(path: Facts, number: int) -> str:
    """Return the address of a hop, its number where nobody said."""
    for hop in path.get("hops", ()):
        if hop["hop"] == number and hop["address"]:
            return str(hop["address"])
    return "#{}".format(number)


def _offline(scene: Scene, because: Tuple[Reason, ...]) -> List[Finding]:
    reason = Reason("portal-silent")
    sure = 0.85 if gateway_answers(scene) else 0.6
    return [Finding("no-internet", sure, (*because, reason))]


def _refused(path: Facts, port: Facts, because: Tuple[Reason, ...]) -> List[Finding]:
    """Tell by the distance who refuses; a router says so one hop after its own."""
    at, end = port["refused_at"], path.get("reach", 0)
    if at == 1 and end > 1:
        return [Finding("host-firewall-out", 0.9, (*because, Reason("refused-here")))]
    if not at or not path.get("is_reached"):
        return []
    if at == end:
        reason = Reason("refused-at", {"hop": _hop(path, at)})
        shares = {"scanner-down": 0.5, "egress-firewall-all": 0.3}
        return group(shares, (*because, reason), "probe-elsewhere")
    reason = Reason("refused-at", {"hop": _hop(path, at - 1)})
    sure = 0.85 if _is_own(path, at - 1) else 0.6
    return [Finding("egress-firewall-all", sure, (*because, reason))]


def _stopped(path: Facts, port: Facts, because: Tuple[Reason, ...]) -> List[Finding]:
    """Name what stops the port where other packets pass."""
    last = port["reach"]
    reason = Reason("way-stops", {"hop": _hop(path, last), "port": port["port"]})
    if last == 0:
        shares = {"host-firewall-out": 0.45, "egress-firewall-all": 0.45}
        return group(shares, (*because, reason), "as-mta-user")
    sure = 0.85 if _is_own(path, last) else 0.6
    return [Finding("egress-firewall-all", sure, (*because, reason))]


def _is_own(path: Facts, number: int) -> bool:
    """Say whether a hop is the customer's own: the gateway, or a private address."""
    try:
        address = ipaddress.ip_address(_hop(path, number))
    except ValueError:
        return number == 1
    return number == 1 or any(address in network for network in _OWN)
