"""A Windows machine's network, read from what its own programs print.

What is read are the columns and the addresses, not the words: those come in the
language of the system.
"""

import re
from typing import Dict, List, Tuple

from diagnostics.checks.machine import (
    ANSWERED,
    Interface,
    Machine,
    network_of,
    with_prefix,
)
from diagnostics.checks.programs import output_of

_FOUR = r"\d{1,3}(?:\.\d{1,3}){3}"
_ROUTE = re.compile(r"^\s*({0})\s+({0})\s+(\S.*?)\s+({0})\s+\d+\s*$".format(_FOUR))
_NEIGHBOUR = re.compile(
    r"^\s*({})\s+((?:[0-9a-f]{{2}}-){{5}}[0-9a-f]{{2}})\s".format(_FOUR)
)
# "IPv4 Address. . . : 192.0.2.5(Preferred)": a label, dots, a value.
_LABELLED = re.compile(r"^\s+(\S.*?)[ .]*\s?: (.*)$")
_ADDRESS = re.compile(r"({}|[0-9a-f]*:[0-9a-f:]+)".format(_FOUR))
_BARE = re.compile(r"^\s+({}|[0-9a-f]*:[0-9a-f:]+)(?:%\d+)?\s*$".format(_FOUR))
_LOOPBACK, _MULTICAST, _HOST = "127.", 224, "255.255.255.255"


def read_windows() -> Machine:
    """Return what route, ipconfig and arp say."""
    routes = output_of("route", "print", "-4")
    gateways, on_link, interfaces, count = parse_routes(routes)
    return Machine(
        system="win32",
        interfaces=tuple(interfaces),
        gateways=tuple(gateways),
        on_link=tuple(on_link),
        routes=count,
        name_servers=tuple(parse_name_servers(output_of("ipconfig", "/all"))),
        neighbours=read_neighbours(),
    )


def read_neighbours() -> Dict[str, str]:
    """Return which neighbours answered; Windows does not list those that did not."""
    return parse_neighbours(output_of("arp", "-a"))


def parse_routes(text: str) -> Tuple[List[str], List[str], List[Interface], int]:
    """Return gateways, networks on the line, cards by address, number of routes."""
    gateways: List[str] = []
    networks: List[str] = []
    cards: Dict[str, str] = {}
    count = 0
    for line in text.splitlines():
        row = _ROUTE.match(line)
        if not row or row.group(1).startswith(_LOOPBACK):
            continue
        target, mask, gateway, own = row.groups()
        if int(target.split(".")[0]) >= _MULTICAST or mask == _HOST:
            continue
        count += 1
        if target == "0.0.0.0":  # noqa: S104 - the default route
            gateways.append(gateway)
        elif not re.match(_FOUR, gateway):  # "On-link" in the system's language
            networks.append(network_of(target, mask))
            cards[own] = with_prefix(own, mask)
    interfaces = [Interface(own, (address,)) for own, address in cards.items()]
    return gateways, networks, interfaces, count


def parse_name_servers(text: str) -> List[str]:
    """Return the name servers of all cards, in the order in which they stand."""
    found: List[str] = []
    is_open = False
    for line in text.splitlines():
        labelled, bare = _LABELLED.match(line), _BARE.match(line)
        if is_open and bare:
            found.append(bare.group(1))
        elif labelled:
            value = _ADDRESS.match(labelled.group(2).strip())
            is_open = "DNS" in labelled.group(1) and value is not None
            if is_open and value is not None:
                found.append(value.group(1))
        else:
            is_open = False
    # Placeholders of cards without any server of their own.
    found = [one for one in found if not one.lower().startswith("fec0:")]
    return sorted(set(found), key=found.index)[:3]


def parse_neighbours(text: str) -> Dict[str, str]:
    """Return the neighbours that arp -a lists."""
    rows = [_NEIGHBOUR.match(line) for line in text.lower().splitlines()]
    return {row.group(1): ANSWERED for row in rows if row}
