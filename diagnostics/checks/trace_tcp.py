"""How far packets to the scanner's port come, where the port does not open.

Each distance gets a connection attempt of its own. What comes back tells who: a router
on the way where the hops ran out, or whoever refuses, this machine itself included.
"""

import errno
import select
import socket
import time
from typing import Dict, List, Optional

from diagnostics.checks.evidence import OK, WARNING, Endpoint, Evidence, Facts
from diagnostics.checks.wording import errno_name

SECONDS = 1.0
MORE_HOPS, MOST_HOPS = 2, 12
PAUSE_SECONDS = 0.05
PASSED, OPEN, REFUSED = "passed", "open", "ECONNREFUSED"
_UNDER_WAY = (0, errno.EINPROGRESS, errno.EWOULDBLOCK)


def hops_to_try(path: Facts, *, is_silent: bool) -> int:
    """Return how far to go: to a silent port never as far as the scanner itself.

    There it could open after all, once for each hop beyond.
    """
    reach = int(path.get("reach", 0))
    if not path.get("is_reached"):
        return min(reach + MORE_HOPS, MOST_HOPS)
    return max(reach - 1, 1) if is_silent else reach


def trace_tcp(endpoint: Endpoint, hops: int) -> Evidence:
    """Report what comes back from each distance; silence is left out."""
    since = time.monotonic()
    answers: Dict[int, str] = {}
    waiting: Dict[socket.socket, int] = {}
    for number in range(1, hops + 1):
        sock = _begin(endpoint, number, answers)
        if sock is not None:
            waiting[sock] = number
    _collect(waiting, answers, since + SECONDS)
    facts = endpoint.facts()
    passed = [number for number, answer in answers.items() if answer == PASSED]
    refused = [number for number, answer in answers.items() if answer == REFUSED]
    facts["hops"] = hops
    facts["answers"] = {str(number): answers[number] for number in sorted(answers)}
    facts["reach"] = max(passed, default=0)
    facts["refused_at"] = min(refused, default=0)
    spent = round(time.monotonic() - since, 4)
    lines = ["# {:>2}  {}".format(n, answers.get(n, "*")) for n in range(1, hops + 1)]
    status = OK if answers else WARNING
    return Evidence("path_tcp", endpoint.subject, status, spent, facts, lines)


def _begin(
    endpoint: Endpoint, number: int, answers: Dict[int, str]
) -> Optional[socket.socket]:
    is_six = endpoint.family == "ipv6"
    sock = socket.socket(socket.AF_INET6 if is_six else socket.AF_INET)
    sock.settimeout(0.0)
    level = socket.IPPROTO_IPV6 if is_six else socket.IPPROTO_IP
    option = socket.IPV6_UNICAST_HOPS if is_six else socket.IP_TTL
    try:
        sock.setsockopt(level, option, number)
        result = sock.connect_ex((endpoint.address, endpoint.port))
    except OSError:
        result = errno.EINVAL
    if result in _UNDER_WAY:
        return sock
    sock.close()
    answers[number] = _word(result)
    return None


def _word(number: int) -> str:
    """Return what an error means: hops that ran out look like no way to the host."""
    if number == 0:
        return OPEN
    return PASSED if number == errno.EHOSTUNREACH else errno_name(number)


def _collect(
    waiting: Dict[socket.socket, int], answers: Dict[int, str], until: float
) -> None:
    left = dict(waiting)
    while left and time.monotonic() < until:
        lists: List[socket.socket] = list(left)
        _read, ready, broken = select.select([], lists, lists, PAUSE_SECONDS)
        for sock in set(ready) | set(broken):
            number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            answers[left.pop(sock)] = _word(number)
    for sock in waiting:
        sock.close()
