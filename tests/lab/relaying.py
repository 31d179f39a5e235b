"""Lines, replies and their distortion, for the middlebox."""

from __future__ import annotations

import socket
import struct
import threading

KNOWN_KEYWORDS = (
    b"AUTH", b"SIZE", b"HELP", b"DSN", b"8BITMIME", b"PIPELINING", b"ETRN", b"VRFY",
    b"ENHANCEDSTATUSCODES",
)  # fmt: skip
KNOWN_VERBS = (
    b"EHLO", b"HELO", b"MAIL", b"RCPT", b"DATA", b"RSET", b"NOOP", b"QUIT", b"AUTH",
    b"VRFY", b"ETRN", b"HELP", b"SAML", b"SEND", b"SOML", b"EXPN",
)  # fmt: skip
SO_ORIGINAL_DST = 80
KEPT_OF_A_GREETING = b"20 \r\n"


class Side:
    """One side of the conversation, read line by line."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self._waiting = b""

    def line(self) -> bytes:
        """Return the next line with its end; raise ConnectionError at the end."""
        while b"\n" not in self._waiting:
            received = self.socket.recv(4096)
            if not received:
                raise ConnectionError("closed")
            self._waiting += received
        line, _, self._waiting = self._waiting.partition(b"\n")
        return line + b"\n"

    def reply(self) -> list[bytes]:
        """Return the lines of one reply."""
        lines = [self.line()]
        while lines[-1][3:4] == b"-":
            lines.append(self.line())
        return lines

    def send(self, lines: list[bytes]) -> None:
        """Send the lines."""
        self.socket.sendall(b"".join(lines))


def original_destination(client: socket.socket) -> tuple[str, int]:
    """Return where a redirected connection wanted to go."""
    if client.getpeername()[0].startswith("::ffff:"):
        raw = client.getsockopt(socket.SOL_IP, SO_ORIGINAL_DST, 16)
        return socket.inet_ntoa(raw[4:8]), struct.unpack(">H", raw[2:4])[0]
    raw = client.getsockopt(socket.IPPROTO_IPV6, SO_ORIGINAL_DST, 28)
    address = socket.inet_ntop(socket.AF_INET6, raw[8:24])
    return address, struct.unpack(">H", raw[2:4])[0]


def reset(client: socket.socket) -> None:
    """Close with RST."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def mask_command(verb: bytes, line: bytes) -> bytes:
    """Overwrite a command whose verb the inspection does not know."""
    if verb in KNOWN_VERBS:
        return line
    text = line.rstrip(b"\r\n")
    return b"X" * len(text) + line[len(text) :]


def mask_greeting(line: bytes) -> bytes:
    """Overwrite a greeting with asterisks, "2", "0" and blanks left as they are."""
    rest = bytes(sign if sign in KEPT_OF_A_GREETING else ord("*") for sign in line[4:])
    return line[:4] + rest


def mask_ehlo(line: bytes) -> bytes:
    """Overwrite a keyword that the inspection does not know."""
    word = (line[4:].split() or [b""])[0]
    if not word or word.upper() in KNOWN_KEYWORDS:
        return line
    return line[:4] + b"X" * (len(word) - 1) + b"A\r\n"


def has_keyword(keyword: bytes, lines: list[bytes]) -> bool:
    """Say whether an EHLO reply offers the keyword."""
    return any((line[4:].upper().split() or [b""])[0] == keyword for line in lines)


def without(keyword: bytes, lines: list[bytes]) -> list[bytes]:
    """Return an EHLO reply without the keyword, its last line marked as such."""
    kept = [line for line in lines if not has_keyword(keyword, [line])]
    marked = [line[:3] + b"-" + line[4:] for line in kept]
    return [*marked[:-1], kept[-1][:3] + b" " + kept[-1][4:]]


def pump_both(left: socket.socket, right: socket.socket) -> None:
    """Pass bytes both ways until one side ends."""
    thread = threading.Thread(target=_pump, args=(left, right), daemon=True)
    thread.start()
    _pump(right, left)
    thread.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while received := source.recv(65536):
            sink.sendall(received)
    except OSError:
        pass  # either side may go at any time
    for side in (source, sink):
        try:
            side.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue
