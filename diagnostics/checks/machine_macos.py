"""A macOS machine's network, read from what its own programs print."""

import ipaddress
import re
from typing import Dict, List, Tuple

from diagnostics.checks.machine import (
    ANSWERED,
    UNANSWERED,
    Interface,
    Machine,
    network_of,
    with_prefix,
)
from diagnostics.checks.programs import output_of

_CARD = re.compile(r"^(\w+): flags=\w+<([^>]*)>")
_ADDRESS4 = re.compile(r"^\s+inet (\S+)(?: -->.*?)? netmask 0x([0-9a-f]{8})")
_ADDRESS6 = re.compile(r"^\s+inet6 ([0-9a-f:]+)(?:%\w+)? prefixlen (\d+)")
_STATUS = re.compile(r"^\s+status: (\w+)")
_NEIGHBOUR = re.compile(r"\((\d+\.\d+\.\d+\.\d+)\) at (\S+)")
_SERVER = re.compile(r"^\s*nameserver\[\d+\] : (\S+)")
LOOPBACK = "lo0"


def read_macos() -> Machine:
    """Return what ifconfig, netstat, arp and scutil say."""
    gateways, count = parse_routes(output_of("netstat", "-rn", "-f", "inet"))
    gateways6, _ = parse_routes(output_of("netstat", "-rn", "-f", "inet6"))
    interfaces, on_link = parse_ifconfig(output_of("ifconfig", "-a"))
    return Machine(
        system="darwin",
        interfaces=tuple(interfaces),
        gateways=tuple(gateways),
        gateways6=tuple(gateways6),
        on_link=tuple(on_link),
        routes=count,
        name_servers=tuple(parse_scutil(output_of("scutil", "--dns"))),
        neighbours=read_neighbours(),
    )


def read_neighbours() -> Dict[str, str]:
    """Return which neighbours answered and which were asked in vain."""
    return parse_neighbours(output_of("arp", "-an"))


def parse_ifconfig(text: str) -> Tuple[List[Interface], List[str]]:
    """Return the cards that have an address or a link, and the networks on them."""
    found: List[Interface] = []
    networks: List[str] = []
    for line in text.splitlines():
        card = _CARD.match(line)
        if card:
            is_up = {"UP", "RUNNING"} <= set(card.group(2).split(","))
            found.append(Interface(card.group(1), (), is_up))
        elif found:
            found[-1] = _add_line(found[-1], line, networks)
    found = [one for one in found if one.name != LOOPBACK and one.addresses]
    return found, networks


def _add_line(card: Interface, line: str, networks: List[str]) -> Interface:
    four, six, status = (p.match(line) for p in (_ADDRESS4, _ADDRESS6, _STATUS))
    if four:
        mask = str(ipaddress.ip_address(int(four.group(2), 16)))
        if card.name != LOOPBACK:
            networks.append(network_of(four.group(1), mask))
        address = with_prefix(four.group(1), mask)
        return card._replace(addresses=(*card.addresses, address))
    if six:
        address = "{}/{}".format(*six.groups())
        return card._replace(addresses=(*card.addresses, address))
    if status:
        return card._replace(is_up=card.is_up and status.group(1) == "active")
    return card


def parse_routes(text: str) -> Tuple[List[str], int]:
    """Return the default gateways and the number of routes that leave the machine."""
    rows = [line.split() for line in text.splitlines()]
    rows = [row for row in rows if len(row) > 3 and row[3] != LOOPBACK]
    rows = [row for row in rows if row[0] not in ("Destination", "Routing")]
    gateways = [
        row[1].partition("%")[0]
        for row in rows
        if row[0] == "default" and not row[1].startswith(("link#", "fe80::%utun"))
    ]
    return sorted(set(gateways), key=gateways.index), len(rows)


def parse_neighbours(text: str) -> Dict[str, str]:
    """Return the state of each neighbour that arp -an lists."""
    return {
        address: UNANSWERED if at == "(incomplete)" else ANSWERED
        for address, at in _NEIGHBOUR.findall(text)
    }


def parse_scutil(text: str) -> List[str]:
    """Return the name servers of the first resolver that has any."""
    found: List[str] = []
    for line in text.splitlines():
        if line.startswith("resolver #") and found:
            break
        server = _SERVER.match(line)
        if server:
            found.append(server.group(1))
    return found[:3]
