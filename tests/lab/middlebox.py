"""What stands between client and server and meddles with SMTP: one mode a run.

    python -m tests.lab.middlebox PORT MODE [CERTIFICATE KEY]

Connections come by nftables' `redirect`; SO_ORIGINAL_DST tells where they wanted to go.
The modes are the names in MODES, each a box or a function that says what it does.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable

from tests.lab import boxes
from tests.lab.relaying import Side

BLOCKED = b"554 5.7.1 Outbound SMTP is blocked by network policy, use port 587\r\n"
REDIRECT = (
    b"HTTP/1.1 302 Found\r\nLocation: http://login.lab.example/\r\n"
    b"Content-Length: 0\r\n\r\n"
)
FOREIGN_REPLIES = {
    b"EHLO": b"250-smtp-out.isp.example\r\n250-SIZE 20000000\r\n250 8BITMIME\r\n",
    b"HELO": b"250 smtp-out.isp.example\r\n",
    b"QUIT": b"221 bye\r\n",
    b"RCPT": b"550 5.7.1 Relaying denied, you are not in our network\r\n",
    b"STARTTLS": b"502 5.5.1 Command not implemented\r\n",
    b"AUTH": b"502 5.5.1 Command not implemented\r\n",
}


def stall(client: socket.socket) -> None:
    """Accept the connection and say nothing."""
    client.recv(65536)
    time.sleep(boxes.IDLE_SECONDS)


def policy(client: socket.socket) -> None:
    """Greet with 554 and the policy of a provider that blocks the port."""
    client.sendall(BLOCKED)


def captive(client: socket.socket) -> None:
    """Answer as a captive portal does: with HTTP."""
    client.settimeout(1)
    with contextlib.suppress(TimeoutError):
        client.recv(512)
    client.sendall(REDIRECT)


def foreign(client: socket.socket) -> None:
    """Answer as another server: a provider's own, without STARTTLS."""
    side = Side(client)
    side.send([b"220 smtp-out.isp.example ESMTP ready\r\n"])
    verb = b""
    while verb != b"QUIT":
        verb = (side.line().split() or [b""])[0].upper()
        side.send([FOREIGN_REPLIES.get(verb, b"250 ok\r\n")])


def through(box: type[boxes.Box]) -> Callable[[socket.socket], None]:
    """Return what serves one connection with this kind of box."""
    return lambda client: box(client).run()


MODES: dict[str, Callable[[socket.socket], None]] = {
    "mask": through(boxes.Mask),
    "helo-only": through(boxes.HeloOnly),
    "strip": through(boxes.Strip),
    "refuse-454": through(boxes.Refuse454),
    "refuse-502": through(boxes.Refuse502),
    "garbage": through(boxes.Garbage),
    "stall-tls": through(boxes.StallTls),
    "reset-tls": through(boxes.ResetTls),
    "reset-greeting": through(boxes.ResetGreeting),
    "intercept": through(boxes.Intercept),
    "intercept-plain": through(boxes.InterceptPlain),
    "intercept-noauth": through(boxes.InterceptNoAuth),
    "stall": stall,
    "policy": policy,
    "captive": captive,
    "foreign": foreign,
}


def serve_one(client: socket.socket, mode: Callable[[socket.socket], None]) -> None:
    """Serve a connection to its end, whatever happens to it."""
    client.settimeout(boxes.IDLE_SECONDS)
    try:
        mode(client)
    except (OSError, struct.error) as error:
        print(f"middlebox: {error}", file=sys.stderr, flush=True)
    finally:
        client.close()


def main() -> None:
    """Serve until ended."""
    port, mode = int(sys.argv[1]), MODES[sys.argv[2]]
    if len(sys.argv) > 4:
        boxes.Intercept.certificate = (sys.argv[3], sys.argv[4])
    server = socket.create_server(
        ("", port), family=socket.AF_INET6, dualstack_ipv6=True
    )
    print("ready", flush=True)
    while True:
        client, _ = server.accept()
        threading.Thread(target=serve_one, args=(client, mode), daemon=True).start()


if __name__ == "__main__":
    main()
