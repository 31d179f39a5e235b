"""HTTP to an address that the operator has set: checked, and within a time."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
import urllib.parse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from cleanmail.wire import guard

PORTS = {"https": 443, "http": 80}
CLIENTS = {"https": http.client.HTTPSConnection, "http": http.client.HTTPConnection}


@contextmanager
def deadline_connection(
    url: str, seconds: float, *, allowed_networks: Sequence[str]
) -> Iterator[http.client.HTTPConnection]:
    """Connect to a checked address; cut the line when the time is up.

    Raises ValueError for anything but an address of HTTP. A time-out of the socket
    starts anew with each byte: a server that drips would hold a worker for hours.
    """
    ends_at = time.monotonic() + seconds
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in PORTS:
        raise ValueError(parts.scheme)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    made = _connect(
        host,
        port,
        seconds,
        is_tls=parts.scheme == "https",
        allowed_networks=allowed_networks,
    )
    watchdog = threading.Timer(max(ends_at - time.monotonic(), 0), _cut, [made])
    watchdog.daemon = True
    watchdog.start()
    try:
        if isinstance(made, ssl.SSLSocket):
            made.do_handshake()
        connection = CLIENTS[parts.scheme](host, port, timeout=seconds)
        connection.sock = made
        yield connection
    finally:
        watchdog.cancel()
        made.close()


def _connect(
    host: str,
    port: int,
    seconds: float,
    *,
    is_tls: bool,
    allowed_networks: Sequence[str],
) -> socket.socket:
    """Return a socket to the first address that answers; TLS not yet agreed upon."""
    addresses = guard.checked_addresses(
        host,
        port,
        allowed_ports=[port],
        allowed_networks=allowed_networks,
        timeout=seconds,
    )
    plain = _first_answering(addresses, port, seconds / len(addresses))
    if not is_tls:
        return plain
    return ssl.create_default_context().wrap_socket(
        plain, server_hostname=host, do_handshake_on_connect=False
    )


def _first_answering(
    addresses: tuple[str, ...], port: int, seconds: float
) -> socket.socket:
    failure: OSError = OSError("no address")
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=seconds)
        except OSError as error:
            failure = error
    raise failure


def _cut(line: socket.socket) -> None:
    """End whatever waits on the line; the base class leaves TLS's state alone."""
    with suppress(OSError):  # closed in this very moment
        socket.socket.shutdown(line, socket.SHUT_RDWR)
