"""Whether anybody is at a name server's address: what answers no name may be there."""

import errno
import socket
import time
from functools import partial
from typing import Callable, List, Tuple

from diagnostics.checks.evidence import FAILED, OK, WARNING, Evidence, Facts
from diagnostics.checks.ping import ping
from diagnostics.checks.side_by_side import side_by_side
from diagnostics.checks.wording import TIMEOUT, errno_name

WAIT_SECONDS = 1.2
# Where traceroute knocks: a host that is there says that nobody listens.
_KNOCK_PORT = 33434
_NAME_PORT = 53


def check_presence(server: str) -> Evidence:
    """Knock by TCP, UDP and ICMP; any sign of life will do."""
    since = time.monotonic()
    ways: List[Tuple[str, Callable[[], str]]] = [
        ("tcp", partial(_by_tcp, server)),
        ("udp", partial(_by_udp, server)),
        ("icmp", partial(ping, server, WAIT_SECONDS)),
    ]
    answers = side_by_side([call for _name, call in ways], WAIT_SECONDS + 0.1)
    said = dict(zip([name for name, _call in ways], answers))
    alive = [name for name, answer in said.items() if answer == ""]
    errors = {answer for answer in answers if answer}
    facts: Facts = {
        "resolver": server,
        "is_there": True if alive else None,
        "by": alive,
        "errors": {name: answer or "" for name, answer in said.items()},
    }
    if not alive and errors & {"EHOSTUNREACH"}:
        facts["is_there"] = False
    status = {True: OK, None: WARNING, False: FAILED}[facts["is_there"]]
    spent = round(time.monotonic() - since, 4)
    return Evidence("resolver", server, status, spent, facts, [])


def _family(server: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in server else socket.AF_INET


def _by_tcp(server: str) -> str:
    """Return nothing when something answered, even a refusal, else the error."""
    try:
        with socket.socket(_family(server), socket.SOCK_STREAM) as sock:
            sock.settimeout(WAIT_SECONDS)
            sock.connect((server, _NAME_PORT))
    except ConnectionRefusedError:
        return ""
    except OSError as error:
        return _error(error)
    return ""


def _by_udp(server: str) -> str:
    try:
        with socket.socket(_family(server), socket.SOCK_DGRAM) as sock:
            sock.settimeout(WAIT_SECONDS)
            sock.connect((server, _KNOCK_PORT))
            sock.send(b"")
            sock.recv(1)
    except ConnectionRefusedError:
        return ""
    except OSError as error:
        return _error(error)
    return ""


def _error(error: OSError) -> str:
    if isinstance(error, socket.timeout):
        return TIMEOUT
    return errno_name(error.errno or errno.EIO)
