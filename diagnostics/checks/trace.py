"""The way to the scanner, hop by hop, without root.

UDP with a growing number of hops: Linux tells by IP_RECVERR who gave up. Other systems
have a traceroute program.
"""

import select
import socket
import struct
import sys
import time
from typing import Dict, List, NamedTuple

from diagnostics.checks.evidence import OK, WARNING, Evidence, Facts
from diagnostics.checks.hop_lines import hops_in
from diagnostics.checks.programs import output_of

HOPS = 24
SECONDS = 1.0
PROGRAM_SECONDS = 4.0
# The usual port of traceroute: nobody listens there.
_PORT = 33434
# linux/in.h, linux/in6.h, linux/errqueue.h
_RECVERR, _RECVERR6 = 11, 25
_ERROR = struct.Struct("=IBBBBII")
_SIZE = 512


class Hop(NamedTuple):
    """Who answered at this distance; the address is empty where nobody did."""

    number: int
    address: str
    seconds: float

    def facts(self) -> Facts:
        """Return it as plain values."""
        seconds = round(self.seconds, 4) if self.address else None
        return {"hop": self.number, "address": self.address, "seconds": seconds}

    def line(self) -> str:
        """Return it as traceroute writes it."""
        said = "{}  {:.1f} ms".format(self.address, self.seconds * 1000)
        return "# {:>2}  {}".format(self.number, said if self.address else "*")


def trace(address: str) -> Evidence:
    """Report who stands on the way to an address."""
    since = time.monotonic()
    if sys.platform.startswith("linux"):
        hops, how = trace_udp(address), "udp"
    else:
        hops, how = trace_by_program(address), "program"
    spent = round(time.monotonic() - since, 4)
    arrived = bool(hops) and hops[-1].address == address
    facts: Facts = {
        "address": address,
        "by": how,
        "hops": [hop.facts() for hop in hops],
        "last": ([hop.address for hop in hops if hop.address] or [""])[-1],
        "is_reached": arrived,
        "reach": max([hop.number for hop in hops if hop.address] or [0]),
    }
    lines = [hop.line() for hop in hops]
    return Evidence("path", address, OK if arrived else WARNING, spent, facts, lines)


def trace_udp(address: str) -> List[Hop]:
    """Send one datagram for each distance at once and collect who complains."""
    since = time.monotonic()
    probes = _send(address)
    found: Dict[int, Hop] = {}
    poll = select.poll()
    for sock in probes:
        poll.register(sock, select.POLLIN | select.POLLERR)
    by_number = {sock.fileno(): sock for sock in probes}
    while time.monotonic() - since < SECONDS and not _is_complete(found, address):
        for number, _event in poll.poll(20):
            sock = by_number[number]
            who = _offender(sock)
            if who:
                found[probes[sock]] = Hop(probes[sock], who, time.monotonic() - since)
    for sock in probes:
        sock.close()
    return _in_order(found, address)


def _is_complete(found: Dict[int, Hop], address: str) -> bool:
    """Say whether the end answered, and everybody before it."""
    ends = [number for number, hop in found.items() if hop.address == address]
    return bool(ends) and all(number in found for number in range(1, min(ends)))


def _in_order(found: Dict[int, Hop], address: str) -> List[Hop]:
    ends = [number for number, hop in found.items() if hop.address == address]
    last = min(ends) if ends else max(found, default=0)
    return [found.get(number, Hop(number, "", 0.0)) for number in range(1, last + 1)]


def _send(address: str) -> Dict[socket.socket, int]:
    """Return a socket for each distance to which a datagram could be sent."""
    is_six = ":" in address
    family = socket.AF_INET6 if is_six else socket.AF_INET
    level = socket.IPPROTO_IPV6 if is_six else socket.IPPROTO_IP
    hops = socket.IPV6_UNICAST_HOPS if is_six else socket.IP_TTL
    probes: Dict[socket.socket, int] = {}
    for number in range(1, HOPS + 1):
        try:
            sock = socket.socket(family, socket.SOCK_DGRAM)
        except OSError:
            break
        sock.settimeout(0.0)
        try:
            sock.setsockopt(level, _RECVERR6 if is_six else _RECVERR, 1)
            sock.setsockopt(level, hops, number)
            sock.connect((address, _PORT + number))
            sock.send(b"")
        except OSError:
            sock.close()
            break
        probes[sock] = number
    return probes


def _offender(sock: socket.socket) -> str:
    """Return who sent the error that waits in a socket's queue (ip(7))."""
    try:
        _data, extra, _flags, _peer = sock.recvmsg(_SIZE, _SIZE, socket.MSG_ERRQUEUE)
    except OSError:
        return ""
    for _level, _kind, raw in extra:
        if len(raw) < _ERROR.size + 8:
            continue
        sender = raw[_ERROR.size :]
        (family,) = struct.unpack_from("=H", sender)
        if family == socket.AF_INET:
            return socket.inet_ntoa(sender[4:8])
        if family == socket.AF_INET6 and len(sender) >= 24:
            return socket.inet_ntop(socket.AF_INET6, sender[8:24])
    return ""


def trace_by_program(address: str) -> List[Hop]:
    """Let the system's own program do it, as far as it comes in time."""
    if sys.platform == "win32":
        words = ["tracert", "-d", "-w", "300", "-h", str(HOPS), address]
    else:
        words = ["traceroute", "-n", "-q", "1", "-w", "1", "-m", str(HOPS), address]
    text = output_of(*words, seconds=PROGRAM_SECONDS)
    return [Hop(*row) for row in hops_in(text)]
