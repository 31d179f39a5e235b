"""Rules about this machine's own network: cards, netmask, gateway."""

import ipaddress
from typing import List, Optional, Tuple

from diagnostics.checks.evidence import Evidence, Facts
from diagnostics.checks.machine import ANSWERED, UNANSWERED, networks_with
from diagnostics.verdicts.finding import Finding, Reason, group
from diagnostics.verdicts.scene import Line, Scene

# No such network exists as one line: a netmask this short is a slip.
SHORTEST_PREFIX = 8
NO_NEIGHBOUR = "EHOSTUNREACH"


def about_local_network(scene: Scene, lines: List[Line]) -> List[Finding]:
    """Judge this machine's own settings where nothing could be reached.

    `lines` are those that failed; empty when nothing is wrong near by, or unknown.
    """
    cards = _cards(scene)
    if cards.get("interfaces") and not cards.get("usable"):
        names = ", ".join(card["name"] for card in cards["interfaces"])
        return [Finding("link-down", 0.9, (Reason("no-link", {"cards": names}),))]
    return _netmask(cards, lines) or _gateway(scene, cards)


def gateway_answers(scene: Scene) -> Optional[bool]:
    """Say whether the default gateway answered on the line; None when unknown."""
    entries = {item.facts.get("entry") for item in _neighbours(scene, "gateway")}
    if ANSWERED in entries:
        return True
    return False if UNANSWERED in entries else None


def is_resolver_there(scene: Scene, server: str) -> Optional[bool]:
    """Say whether anybody is at a name server's address; None when unknown."""
    for item in _neighbours(scene, "resolver"):
        if item.facts["address"] == server and item.facts["entry"] != "none":
            return bool(item.facts["entry"] == ANSWERED)
    for item in scene.of("resolver"):
        if item.facts["resolver"] == server and item.facts["is_there"] is not None:
            return bool(item.facts["is_there"])
    return None


def _neighbours(scene: Scene, role: str) -> List[Evidence]:
    return [item for item in scene.of("neighbour") if item.facts.get("role") == role]


def _cards(scene: Scene) -> Facts:
    found = scene.of("interfaces")
    return found[0].facts if found else {}


def _netmask(cards: Facts, lines: List[Line]) -> List[Finding]:
    """Name a netmask that makes the scanner a neighbour who never answers."""
    networks = cards.get("on_link", [])
    for line in lines:
        if line.facts("tcp").get("error") != NO_NEIGHBOUR:
            continue
        for network in networks_with(line.address, networks):
            values = {"address": line.address, "network": network}
            because: Tuple[Reason, ...] = (Reason("scanner-on-link", values),)
            if ipaddress.ip_network(network).prefixlen < SHORTEST_PREFIX:
                return [Finding("netmask-wrong", 0.9, because)]
            shares = {"netmask-wrong": 0.45, "scanner-down": 0.45}
            return group(shares, because, "probe-elsewhere")
    return []


def _gateway(scene: Scene, cards: Facts) -> List[Finding]:
    gateways, networks = cards.get("gateways", []), cards.get("on_link", [])
    off = [one for one in gateways if not networks_with(one, networks)]
    if networks and gateways and len(off) == len(gateways):
        values = {"gateway": off[0], "networks": ", ".join(networks)}
        shares = {"netmask-wrong": 0.45, "gateway-wrong": 0.45}
        return group(shares, (Reason("gateway-off-link", values),), "show-routes")
    if gateway_answers(scene) is False:
        silent = [str(item.facts["address"]) for item in _neighbours(scene, "gateway")]
        values = {"gateway": ", ".join(silent)}
        return [Finding("gateway-wrong", 0.9, (Reason("gateway-silent", values),))]
    return []
