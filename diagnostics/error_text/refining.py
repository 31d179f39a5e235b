"""What port, address family and names in a text change about its causes."""

from typing import NamedTuple, Sequence, Tuple

from diagnostics.error_text.places import Place

USUAL_PORTS = (25, 465, 587)
PORT_25 = "port25-"
BLOCKED = {
    "T-TMO": "port25-blocked-drop",
    "T-REF": "port25-blocked-rst",
    "T-HOST": "port25-blocked-icmp",
}

Causes = Tuple[str, ...]


class Refined(NamedTuple):
    """The causes, and what splits them."""

    causes: Causes
    next_check: str


def refine(group: str, found: Refined, place: Place, hosts: Sequence[str]) -> Refined:
    """Return what the place of an error makes of its group; `hosts` are ours."""
    is_direct = place.port in (None, 25) and _is_recipients(place)
    if is_direct and not _is_ours(place, hosts):
        # It looks for the recipient's own server: there is no scanner in between.
        causes = _first(found.causes, "not-using-scanner", "downstream-reject")
        return Refined(causes, "show-config")
    if group == "T-NX":
        found = _unknown_name(found, place)
    elif place.port is not None:
        found = _port(group, found, place.port)
    if group in ("T-TMO", "T-REF") and ":" in place.address:
        first = "ipv6-broken" if group == "T-TMO" else "ipv6-only-blocked"
        found = Refined(_first(found.causes, first), "run-agent")
    if hosts and "." in place.host and not _is_ours(place, hosts):
        found = _foreign(group, found)
    return found


def _first(causes: Causes, *slugs: str) -> Causes:
    return slugs + tuple(slug for slug in causes if slug not in slugs)


def _is_recipients(place: Place) -> bool:
    domain = place.recipient_domain
    return bool(domain) and ("." + place.host).endswith("." + domain)


def _unknown_name(found: Refined, place: Place) -> Refined:
    if 0 < place.host.count(".") < 2:
        causes = _first(found.causes, "mx-lookup-instead-of-host")
        return Refined(causes, "show-config")
    return found


def _port(group: str, found: Refined, port: int) -> Refined:
    if port != 25:
        others = tuple(slug for slug in found.causes if not slug.startswith(PORT_25))
        found = Refined(others, found.next_check)
    if group not in BLOCKED or port in USUAL_PORTS[1:]:
        return found
    first = BLOCKED[group] if port == 25 else "wrong-port"
    return Refined(_first(found.causes, first), "use-587")


def _is_ours(place: Place, hosts: Sequence[str]) -> bool:
    """Say whether the text names a server of ours, or nearly: a slip is no stranger."""
    ours = {_domain(host.lower().rstrip(".")) for host in hosts}
    return _domain(place.host) in ours


def _domain(host: str) -> str:
    return ".".join(host.split(".")[-2:])


def _foreign(group: str, found: Refined) -> Refined:
    if group in ("T-DOWN", "T-POL", "T-OLD"):
        causes = _first(found.causes, "downstream-reject", "not-using-scanner")
        return Refined(causes, "read-log")
    return Refined(_first(found.causes, "not-using-scanner"), "show-config")
