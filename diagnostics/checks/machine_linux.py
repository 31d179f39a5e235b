"""A Linux machine's network, read from /proc and by ioctl, without any program."""

import socket
import struct
from typing import Dict, List, Tuple

from diagnostics.checks.machine import (
    ANSWERED,
    UNANSWERED,
    Interface,
    Machine,
    network_of,
    with_prefix,
)

try:
    import fcntl
except ImportError:  # Windows: nothing here is called there
    fcntl = None  # type: ignore[assignment]

ROUTES, ROUTES6 = "/proc/net/route", "/proc/net/ipv6_route"
NEIGHBOURS, CARDS = "/proc/net/arp", "/proc/net/dev"
ADDRESSES6, RESOLV_CONF = "/proc/net/if_inet6", "/etc/resolv.conf"
LOOPBACK = "lo"
# linux/sockios.h, linux/if.h, linux/if_arp.h, linux/route.h
_GET_FLAGS, _GET_ADDRESS, _GET_MASK = 0x8913, 0x8915, 0x891B
_UP, _RUNNING, _COMPLETE, _REJECT = 0x1, 0x40, 0x2, 0x200
_ANYWHERE6 = "0" * 32


def read_linux() -> Machine:
    """Return what the kernel says."""
    gateways, on_link, count = parse_routes(_lines(ROUTES))
    return Machine(
        system="linux",
        interfaces=_interfaces(),
        gateways=tuple(gateways),
        gateways6=tuple(parse_routes6(_lines(ROUTES6))),
        on_link=tuple(on_link),
        routes=count,
        name_servers=tuple(parse_resolv_conf(_lines(RESOLV_CONF))),
        neighbours=read_neighbours(),
    )


def read_neighbours() -> Dict[str, str]:
    """Return which IPv4 neighbours answered and which were asked in vain."""
    return parse_neighbours(_lines(NEIGHBOURS))


def _lines(path: str) -> List[str]:
    try:
        with open(path, encoding="ascii", errors="replace") as lines:
            return list(lines)
    except OSError:
        return []


def _dotted(text: str) -> str:
    return socket.inet_ntoa(struct.pack("<L", int(text, 16)))


def parse_routes(lines: List[str]) -> Tuple[List[str], List[str], int]:
    """Return gateways, networks on the line, and the number of routes (route(8))."""
    rows = [line.split() for line in lines[1:]]
    rows = [row for row in rows if len(row) > 7 and row[0] != LOOPBACK]
    rows = [row for row in rows if not int(row[3], 16) & _REJECT]
    gateways = [_dotted(row[2]) for row in rows if int(row[1], 16) == 0]
    local = [row for row in rows if int(row[2], 16) == 0 and int(row[7], 16)]
    networks = [network_of(_dotted(row[1]), _dotted(row[7])) for row in local]
    return gateways, networks, len(rows)


def parse_routes6(lines: List[str]) -> List[str]:
    """Return the default gateways for IPv6."""
    rows = [line.split() for line in lines]
    found = [
        socket.inet_ntop(socket.AF_INET6, bytes.fromhex(row[4]))
        for row in rows
        if len(row) > 9 and row[0] == _ANYWHERE6 and row[1] == "00"
        if row[9] != LOOPBACK and row[4] != _ANYWHERE6
    ]
    return sorted(set(found), key=found.index)


def parse_neighbours(lines: List[str]) -> Dict[str, str]:
    """Return the state of each neighbour (proc(5), /proc/net/arp)."""
    rows = [line.split() for line in lines[1:]]
    return {
        row[0]: ANSWERED if int(row[2], 16) & _COMPLETE else UNANSWERED
        for row in rows
        if len(row) > 3
    }


def parse_resolv_conf(lines: List[str]) -> List[str]:
    """Return the name servers, the first three as resolv.conf(5) has it."""
    words = [line.split() for line in lines]
    return [w[1] for w in words if len(w) > 1 and w[0] == "nameserver"][:3]


def _interfaces() -> Tuple[Interface, ...]:
    names = [line.partition(":")[0].strip() for line in _lines(CARDS)[2:]]
    six = [line.split() for line in _lines(ADDRESSES6)]
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for name in names:
            if name == LOOPBACK:
                continue
            own = [row for row in six if len(row) > 5 and row[5] == name]
            addresses = _address4(sock, name) + [_address6(row) for row in own]
            found.append(Interface(name, tuple(addresses), _is_up(sock, name)))
    return tuple(found)


def _ask(sock: socket.socket, number: int, name: str) -> bytes:
    request = struct.pack("256s", name.encode()[:15])
    try:
        return bytes(fcntl.ioctl(sock.fileno(), number, request))
    except OSError:
        return b""


def _address4(sock: socket.socket, name: str) -> List[str]:
    address, mask = _ask(sock, _GET_ADDRESS, name), _ask(sock, _GET_MASK, name)
    if not address or not mask:
        return []
    bare, bits = socket.inet_ntoa(address[20:24]), socket.inet_ntoa(mask[20:24])
    return [with_prefix(bare, bits)]


def _address6(row: List[str]) -> str:
    address = socket.inet_ntop(socket.AF_INET6, bytes.fromhex(row[0]))
    return "{}/{}".format(address, int(row[2], 16))


def _is_up(sock: socket.socket, name: str) -> bool:
    """Say whether it is switched on and has a carrier."""
    answer = _ask(sock, _GET_FLAGS, name)
    if not answer:
        return False
    flags = int(struct.unpack("H", answer[16:18])[0])
    return bool(flags & _UP) and bool(flags & _RUNNING)
