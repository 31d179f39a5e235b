"""A listener that nobody should ever call: it counts who does."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

# In "Host: …" of HTTP as in the server name of a TLS greeting.
HOST = re.compile(rb"(?:[a-z0-9-]{1,63}\.)+[a-z]{2,20}")


@dataclass
class Canary:
    """Where it listens, and the hosts that callers asked for."""

    port: int
    calls: list[str] = field(default_factory=list)


@contextmanager
def canary() -> Iterator[Canary]:
    """Listen on loopback; every connection is a call, whatever it says."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = Canary(listener.getsockname()[1])
        thread = threading.Thread(target=_listen, args=(listener, found), daemon=True)
        thread.start()
        try:
            yield found
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(timeout=5)


def _listen(listener: socket.socket, found: Canary) -> None:
    while True:
        try:
            client, _address = listener.accept()
        except OSError:
            return
        with client:
            client.settimeout(1)
            try:
                said = client.recv(4096)
            except OSError:
                said = b""
            names = HOST.findall(said) or [said[:80]]
            found.calls += {name.decode("latin-1") for name in names}
