"""ipconfig in four languages, and route print: read by columns and a few words."""

import re
from typing import List

from diagnostics.checks.machine import Interface, Machine, network_of, with_prefix
from diagnostics.checks.machine_windows import parse_routes
from diagnostics.pasted.text import LIST_LIMIT, first_address

_GATEWAY = re.compile(r"gateway|passerelle", re.IGNORECASE)
_OTHER = re.compile(r"DHCP|WINS|NetBIOS|DUID|IAID", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?:IP(?:v4|v6)?[- ]?Adress|Adresse IP|Indirizzo IP|IP.*Address)"
)
_MASK = re.compile(r"mask|masque|maschera", re.IGNORECASE)
_STATE = re.compile(r"Medienstatus|Media Stat|Statut du m|Stato supporto")
# Where no server is set, Windows shows these placeholders.
_PLACEHOLDER = "fec0:"


class _Reading:
    """The cards as they are read; `label` is the one whose values go on."""

    def __init__(self) -> None:
        self.cards: List[Interface] = []
        self.masks: List[str] = []
        self.gateways: List[str] = []
        self.servers: List[str] = []
        self.networks: List[str] = []
        self.label = ""


def read_ipconfig(lines: List[str]) -> Machine:
    """Return cards, networks, gateways and name servers."""
    seen = _Reading()
    for line in lines:
        _read_line(seen, line)
    known = [card for card in seen.cards if card.addresses or not card.is_up]
    four = [one for one in seen.gateways if ":" not in one]
    six = [one for one in seen.gateways if ":" in one]
    servers = [one for one in seen.servers if not one.startswith(_PLACEHOLDER)]
    return Machine(
        system="win32",
        interfaces=tuple(known[:LIST_LIMIT]),
        gateways=tuple(sorted(set(four), key=four.index)),
        gateways6=tuple(sorted(set(six), key=six.index)),
        on_link=tuple(seen.networks),
        routes=len(seen.networks) + len(four),
        name_servers=tuple(sorted(set(servers), key=servers.index)[:3]),
    )


def _read_line(seen: _Reading, line: str) -> None:
    text = line.strip()
    label, colon, value = text.partition(":")
    is_more = bool(first_address(text)) and " " not in text
    if is_more and seen.label:
        _take(seen, seen.label, text)
    elif colon and not value.strip() and line[:1] != " ":
        # The name of a card is chosen by people: a number does.
        seen.cards.append(Interface("{}".format(len(seen.cards) + 1)))
        seen.label = ""
    elif colon:
        seen.label = label.rstrip(" .")
        _take(seen, seen.label, value.strip())


def _take(seen: _Reading, label: str, value: str) -> None:
    address = first_address(value)
    if not seen.cards or _OTHER.search(label) or _is_full(seen):
        return
    if _STATE.search(label):
        seen.cards[-1] = seen.cards[-1]._replace(is_up=False)
    elif not address:
        return
    elif _MASK.search(label):
        _take_mask(seen, address)
    elif _GATEWAY.search(label):
        seen.gateways.append(address)
    elif "DNS" in label:
        seen.servers.append(address)
    elif _ADDRESS.search(label):
        card = seen.cards[-1]
        seen.cards[-1] = card._replace(addresses=(*card.addresses, address))


def _is_full(seen: _Reading) -> bool:
    lists = (seen.gateways, seen.servers, seen.networks, seen.cards[-1].addresses)
    return any(len(one) >= LIST_LIMIT for one in lists)


def _take_mask(seen: _Reading, mask: str) -> None:
    """Give the last IPv4 address of the card its mask."""
    card = seen.cards[-1]
    bare = [one for one in card.addresses if ":" not in one and "/" not in one]
    if not bare:
        return
    seen.networks.append(network_of(bare[-1], mask))
    whole = tuple(
        with_prefix(one, mask) if one == bare[-1] else one for one in card.addresses
    )
    seen.cards[-1] = card._replace(addresses=whole)


def read_route_print(text: str) -> Machine:
    """Return gateways and networks of the IPv4 table."""
    lines = [line for line in text.split("\n") if len(line) <= 120]
    gateways, networks, _cards, count = parse_routes("\n".join(lines))
    return Machine(
        "win32",
        gateways=tuple(gateways[:LIST_LIMIT]),
        on_link=tuple(networks[:LIST_LIMIT]),
        routes=count,
    )
