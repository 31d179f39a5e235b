"""The little DNS that works without a resolver library.

`resolve` asks the system as every program does; `query` asks one server, to see what
that server says.
"""

import ipaddress
import re
import socket
import threading
import time
from typing import List, NamedTuple, Tuple

from cleanmail.wire.dnsmessage import (
    Record,
    decode_answer,
    encode_query,
    reverse_name,
)
from cleanmail.wire.errors import DnsFailed, NameNotResolved

__all__ = ["Answer", "Record", "is_hostname", "query", "resolve", "reverse_name"]

_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)\Z")
_MISSING = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
UDP_BYTES = 4096


class Answer(NamedTuple):
    """What one DNS server said; rcode 0 with no records means the type is missing."""

    rcode: int
    records: Tuple[Record, ...]
    is_authoritative: bool
    transport: str
    seconds: float

    def values(self, kind: str) -> List[str]:
        """Return the values of one record type, aliases left out."""
        return [record.value for record in self.records if record.kind == kind]


def is_hostname(name: str) -> bool:
    """Say whether it can be the name of a host: A-labels, 253 octets, no address."""
    bare = name[:-1] if name.endswith(".") else name
    labels = bare.split(".")
    # A last label of digits only is an IPv4 address, or a mistyped one.
    return (
        len(bare) <= 253
        and not labels[-1].isdigit()
        and all(_LABEL.match(label) for label in labels)
    )


def resolve(host: str, *, timeout: float = 10.0) -> Tuple[str, ...]:
    """Return the addresses of a host name or literal; raise NameNotResolved.

    The system's resolver knows no time limit: it runs in a thread that is left behind.
    """
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        return (str(ipaddress.ip_address(host)),)
    except ValueError:
        pass
    if not is_hostname(host):
        raise NameNotResolved("syntax", host)
    found: List[str] = []
    failures: List[OSError] = []
    thread = threading.Thread(target=_ask_system, args=(host, found, failures))
    thread.daemon = True
    thread.start()
    thread.join(timeout)
    if thread.is_alive():
        raise NameNotResolved("timeout", host)
    if failures:
        is_missing = failures[0].errno in _MISSING
        raise NameNotResolved("missing" if is_missing else "temporary", host)
    return tuple(dict.fromkeys(found))


def _ask_system(host: str, found: List[str], failures: List[OSError]) -> None:
    try:
        results = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        found.extend(str(result[4][0]) for result in results)
    except OSError as error:
        failures.append(error)
    except UnicodeError:
        failures.append(OSError(socket.EAI_NONAME, "no host name"))


def query(
    name: str, kind: str, server: str, *, port: int = 53, timeout: float = 5.0
) -> Answer:
    """Ask one server for A, AAAA, PTR, MX, NS, TXT or CNAME; raise DnsFailed.

    By UDP, and by TCP when the answer was cut; an answer that does not belong to the
    question is passed over.
    """
    since = time.monotonic()
    until = since + timeout
    number, question = encode_query(name, kind)
    try:
        transport, raw = "udp", _ask_udp(question, server, port, until)
        answer = decode_answer(raw, number, question)
        if answer.is_truncated:
            transport, raw = "tcp", _ask_tcp(question, server, port, until)
            answer = decode_answer(raw, number, question)
    except socket.timeout as error:
        raise DnsFailed("timeout", server) from error
    except OSError as error:
        raise DnsFailed("network", str(error)) from error
    except ValueError as error:
        raise DnsFailed("malformed", str(error)) from error
    seconds = round(time.monotonic() - since, 4)
    return Answer(
        answer.rcode, answer.records, answer.is_authoritative, transport, seconds
    )


def _family(server: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in server else socket.AF_INET


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise socket.timeout("no time left")
    return left


def _ask_udp(question: bytes, server: str, port: int, until: float) -> bytes:
    with socket.socket(_family(server), socket.SOCK_DGRAM) as sock:
        # Connected: the kernel drops what comes from anybody else.
        sock.connect((server, port))
        sock.send(question)
        while True:
            sock.settimeout(_left(until))
            raw = sock.recv(UDP_BYTES)
            if raw[:2] == question[:2]:
                return raw


def _ask_tcp(question: bytes, server: str, port: int, until: float) -> bytes:
    with socket.create_connection((server, port), _left(until)) as sock:
        sock.sendall(len(question).to_bytes(2, "big") + question)
        size = int.from_bytes(_read(sock, 2, until), "big")
        return _read(sock, size, until)


def _read(sock: socket.socket, size: int, until: float) -> bytes:
    data = b""
    while len(data) < size:
        sock.settimeout(_left(until))
        piece = sock.recv(size - len(data))
        if not piece:
            raise ValueError("connection closed within an answer")
        data += piece
    return data
