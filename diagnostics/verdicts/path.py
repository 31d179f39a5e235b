"""Rules about TCP: which port, which family, how fast it was refused."""

from typing import List, Set, Tuple

from diagnostics.checks.wording import TIMEOUT, UNSAID
from diagnostics.verdicts.finding import Finding, Reason, group
from diagnostics.verdicts.local_network import about_local_network, gateway_answers
from diagnostics.verdicts.scene import SERVER, Line, Scene
from diagnostics.verdicts.way import about_way, reaches_portal

REFUSED = "ECONNREFUSED"
UNREACHABLE = ("EHOSTUNREACH",)
# What only the machine's own filter says.
FORBIDDEN = ("EACCES", "EPERM")
NO_ROUTE = "ENETUNREACH"
# A round trip that no line on earth needs.
SLOW_CONNECT_SECONDS = 0.6
# Who may say no on every port; how fast it comes tells little on a short way.
REFUSERS = ("scanner-down", "host-firewall-out", "egress-firewall-all")

PORT_25_BLOCKS = ("port25-blocked-drop", "port25-blocked-rst", "port25-blocked-icmp")


def about_path(scene: Scene) -> List[Finding]:
    """Judge the ports that matter against what else is open at the same addresses."""
    if not scene.lines and scene.unroutable:
        because = (_words(scene.unroutable[0]),)
        return group(
            {"no-default-route": 0.4, "ipv6-broken": 0.4}, because, "show-routes"
        )
    if not scene.lines:
        return _told_no_gateway(scene)
    if not any(line.is_open for line in scene.lines):
        return _nothing_open(scene)
    return _port25(scene) + _submission(scene) + _families(scene) + _latency(scene)


def is_cut_off(scene: Scene) -> bool:
    """Say whether nothing was reached, no name server either: not a matter of names."""
    servers = [item for item in scene.names if item.facts.get("type")]
    answered = [item for item in servers if item.facts.get("rcode") is not None]
    is_open = any(line.is_open for line in scene.lines)
    return bool(scene.lines) and not is_open and bool(servers) and not answered


def _error(line: Line) -> str:
    return str(line.facts("tcp").get("error", ""))


def _words(line: Line) -> Reason:
    values = {
        "port": line.port,
        "address": line.address,
        "error": _error(line),
        "seconds": round(line.seconds("tcp"), 3),
    }
    codes = {TIMEOUT: "silent", UNSAID: "unsaid"}
    code = "refused" if line.seconds("tcp") else "refused-untimed"
    return Reason(codes.get(_error(line), code), values)


def _nothing_open(scene: Scene) -> List[Finding]:
    lines = [one for one in scene.used_lines() if one.family == "ipv4"]
    lines = lines or scene.used_lines() or scene.lines
    because = tuple(_words(line) for line in lines[:2])
    errors = {_error(line) for line in lines}
    ours = scene.vantage == SERVER
    near = [] if REFUSED in errors else about_local_network(scene, lines)
    found = near or _no_way(scene, errors, because)
    found = found or about_way(scene, because, is_refused=REFUSED in errors)
    if found:
        return found
    if errors == {TIMEOUT}:
        return _silence(scene, because)
    if errors & set(FORBIDDEN):
        return [Finding("host-firewall-out", 0.9, because)]
    shares = {"scanner-down": 0.75, "egress-firewall-all": 0.1}
    if not ours:
        shares = dict.fromkeys(REFUSERS, 0.3)
    return group(shares, because, "probe-elsewhere")


def _told_no_gateway(scene: Scene) -> List[Finding]:
    """Judge routes that somebody showed, where no name led to a port to try."""
    answered = any(item.facts.get("rcode") is not None for item in scene.names)
    shown = [i for i in scene.of("routes") if i.facts.get("gateways") == []]
    if not scene.is_by_hand or answered or not shown:
        return []
    return _no_route(scene, (Reason("unresolved-without-gateway"),))


def _no_way(
    scene: Scene, errors: Set[str], because: Tuple[Reason, ...]
) -> List[Finding]:
    """Judge errors that say that there is no way to the scanner at all."""
    has_none = any(item.facts.get("gateways") == [] for item in scene.of("routes"))
    if errors == {NO_ROUTE} or (errors == {UNSAID} and has_none):
        return _no_route(scene, because)
    return _unreachable(scene, because) if errors <= set(UNREACHABLE) else []


def _unreachable(scene: Scene, because: Tuple[Reason, ...]) -> List[Finding]:
    """Tell a router that knows no way from a gateway that is none."""
    if not gateway_answers(scene):
        shares = {"gateway-wrong": 0.4, "no-internet": 0.25, "netmask-wrong": 0.2}
        return group(shares, because, "ping-gateway")
    if reaches_portal(scene):
        shares = {"egress-firewall-all": 0.45, "scanner-down": 0.3}
        return group(shares, because, "probe-elsewhere")
    return [Finding("no-internet", 0.8, because)]


def _no_route(scene: Scene, because: Tuple[Reason, ...]) -> List[Finding]:
    """Tell by this machine's own routes who says that there is no way."""
    known = [item.facts for item in scene.of("routes") if "gateways" in item.facts]
    if not known:
        shares = {"no-default-route": 0.3, "link-down": 0.3, "no-internet": 0.3}
        return group(shares, because, "show-routes")
    if known[0]["gateways"]:
        return [Finding("no-internet", 0.85, because, "ping-gateway")]
    slug = "no-default-route" if known[0]["routes"] else "link-down"
    return [Finding(slug, 0.9, because)]


def _silence(scene: Scene, because: Tuple[Reason, ...]) -> List[Finding]:
    """Nobody said no: what drops it cannot be seen from one end."""
    if is_cut_off(scene) and not reaches_portal(scene):
        shares = {"no-internet": 0.4, "egress-firewall-all": 0.4}
        return group(shares, because, "ping-gateway")
    if scene.vantage == SERVER:
        shares = {"scanner-down": 0.4, "egress-firewall-all": 0.3}
        shares["return-path-asymmetric"] = 0.2
        return group(shares, because, "count-syn")
    shares = {
        "egress-firewall-all": 0.3,
        "portal-ip-filtered": 0.3,
        "return-path-asymmetric": 0.3,
        "scanner-down": 0.1,
    }
    return group(shares, because, "count-syn")


def _open_beside(scene: Scene, line: Line) -> List[Line]:
    return [one for one in scene.lines if one.address == line.address and one.is_open]


def _port25(scene: Scene) -> List[Finding]:
    """Name who blocks 25 where another port of the same address is open."""
    if 25 not in scene.used_ports or 25 not in scene.known_ports:
        return []
    closed = [one for one in scene.lines if one.port == 25 and not one.is_open]
    for line in closed:
        beside = _open_beside(scene, line)
        if not beside:
            continue
        because = (_words(line), Reason("open-beside", {"port": beside[0].port}))
        if _error(line) == TIMEOUT:
            return [Finding("port25-blocked-drop", 0.95, because)]
        if _error(line) == REFUSED:
            return [Finding("port25-blocked-rst", 0.85, because)]
        if _error(line) == UNSAID:
            return group(dict.fromkeys(PORT_25_BLOCKS, 0.3), because, "run-agent")
        return [Finding("port25-blocked-icmp", 0.9, because)]
    return []


def _submission(scene: Scene) -> List[Finding]:
    """Name what closes a port other than 25 while some port is open."""
    for line in scene.used_lines():
        wanted = line.port in scene.known_ports and line.port != 25
        if line.is_open or not wanted or not _open_beside(scene, line):
            continue
        beside = _open_beside(scene, line)[0].port
        because = (_words(line), Reason("open-beside", {"port": beside}))
        shares = {"scanner-down": 0.45, "egress-firewall-all": 0.45}
        return group(shares, because, "probe-elsewhere")
    return []


def round_trips(scene: Scene) -> List[float]:
    """Return the round trip to each open port, as measured or by the connect."""
    opened = [line for line in scene.lines if line.is_open]
    return [
        line.facts("tcp").get("rtt_seconds") or line.seconds("tcp") for line in opened
    ]


def is_slow(scene: Scene) -> bool:
    """Say whether even the fastest round trip took long: then everything does."""
    trips = round_trips(scene)
    return bool(trips) and min(trips) > SLOW_CONNECT_SECONDS


def _latency(scene: Scene) -> List[Finding]:
    if not is_slow(scene):
        return []
    reason = Reason("slow-connect", {"seconds": round(min(round_trips(scene)), 1)})
    return [Finding("high-latency", 0.7, (reason,))]


def _families(scene: Scene) -> List[Finding]:
    """Name IPv6 where it fails on every port while IPv4 works."""
    six = [line for line in scene.used_lines() if line.family == "ipv6"]
    four = [line for line in scene.lines if line.family == "ipv4" and line.is_open]
    if not six or not four or any(line.is_open for line in six):
        return []
    because = (_words(six[0]), Reason("open-beside-v4", {"port": four[0].port}))
    if _error(six[0]) == TIMEOUT:
        return [Finding("ipv6-broken", 0.9, because)]
    return [Finding("ipv6-only-blocked", 0.85, because)]
