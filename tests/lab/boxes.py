"""Boxes that pass SMTP on and meddle with it, each in one way."""

from __future__ import annotations

import socket
import ssl
import time

from tests.lab.relaying import (
    Side,
    has_keyword,
    mask_command,
    mask_ehlo,
    mask_greeting,
    original_destination,
    pump_both,
    reset,
    without,
)

IDLE_SECONDS = 60

Replies = list[bytes]


class Box:
    """One connection through the box; a mode overrides what it meddles with."""

    def __init__(self, client: socket.socket) -> None:
        self.client = Side(client)
        upstream = socket.create_connection(original_destination(client), IDLE_SECONDS)
        upstream.settimeout(IDLE_SECONDS)
        self.server = Side(upstream)

    def run(self) -> None:
        """Pass greeting, commands and replies until STARTTLS went through."""
        self.client.send(self.greeting(self.server.reply()))
        while self.exchange():
            pass

    def exchange(self) -> bool:
        """Pass one command and its reply; False when the rest is somebody else's."""
        line = self.client.line()
        verb = line.split()[0].upper() if line.split() else b""
        if verb == b"STARTTLS":
            return self.starttls(line)
        self.server.send([self.command(verb, line)])
        self.client.send(self.replies(verb, self.server.reply()))
        return verb != b"QUIT"

    def greeting(self, lines: Replies) -> Replies:
        """Return the greeting as the client gets it."""
        return lines

    def command(self, _verb: bytes, line: bytes) -> bytes:
        """Return a command as the server gets it."""
        return line

    def replies(self, _verb: bytes, lines: Replies) -> Replies:
        """Return a reply as the client gets it."""
        return lines

    def starttls(self, line: bytes) -> bool:
        """Pass STARTTLS on and, after 220, everything that follows."""
        self.server.send([line])
        lines = self.server.reply()
        self.client.send(lines)
        if not lines[-1].startswith(b"220"):
            return True
        pump_both(self.client.socket, self.server.socket)
        return False


class Mask(Box):
    """Firewall's "SMTP inspection": greeting and unknown keywords overwritten."""

    def greeting(self, lines: Replies) -> Replies:
        return [mask_greeting(line) for line in lines]

    def command(self, verb: bytes, line: bytes) -> bytes:
        return mask_command(verb, line)

    def replies(self, verb: bytes, lines: Replies) -> Replies:
        if verb != b"EHLO":
            return lines
        return [lines[0], *(mask_ehlo(line) for line in lines[1:])]

    def starttls(self, line: bytes) -> bool:
        self.server.send([mask_command(b"STARTTLS", line)])
        self.client.send(self.server.reply())
        return True


class HeloOnly(Mask):
    """Older inspection: EHLO itself is overwritten, the server answers 500 or 502."""

    def command(self, verb: bytes, line: bytes) -> bytes:
        return mask_command(b"" if verb == b"EHLO" else verb, line)


class Strip(Box):
    """STARTTLS is taken out of the EHLO reply."""

    def replies(self, verb: bytes, lines: Replies) -> Replies:
        return without(b"STARTTLS", lines) if verb == b"EHLO" else lines


class Refuse(Box):
    """The box answers STARTTLS itself, with a refusal."""

    reply = b""

    def starttls(self, _line: bytes) -> bool:
        self.client.send([self.reply])
        return True


class Refuse454(Refuse):
    """A transient refusal."""

    reply = b"454 4.7.0 TLS not available due to local problem\r\n"


class Refuse502(Refuse):
    """The word is not known."""

    reply = b"502 5.5.2 Error: command not recognized\r\n"


class Garbage(Box):
    """220 to STARTTLS, and clear text where the handshake should be."""

    def starttls(self, _line: bytes) -> bool:
        self.client.send([b"220 2.0.0 Ready to start TLS\r\n"])
        self.client.socket.recv(4096)
        self.client.send([b"421 4.3.0 filter error\r\n"])
        return False


class StallTls(Box):
    """Everything passes up to STARTTLS; what follows is swallowed."""

    def starttls(self, line: bytes) -> bool:
        self.server.send([line])
        self.client.send(self.server.reply())
        while self.client.socket.recv(65536):
            pass
        return False


class ResetTls(Box):
    """The connection is reset when the ClientHello comes."""

    def starttls(self, line: bytes) -> bool:
        self.server.send([line])
        self.client.send(self.server.reply())
        self.client.socket.recv(65536)
        reset(self.client.socket)
        return False


class ResetGreeting(Box):
    """The connection is reset right after the greeting."""

    def run(self) -> None:
        self.client.send(self.server.reply())
        time.sleep(0.05)
        reset(self.client.socket)


class Intercept(Box):
    """A mail shield: its own certificate to the client, its own TLS to the server."""

    certificate: tuple[str, str] = ("", "")
    is_tls_upstream = True

    def starttls(self, line: bytes) -> bool:
        upstream = self.server.socket
        if self.is_tls_upstream:
            self.server.send([line])
            self.server.reply()
            trusting = ssl.create_default_context()
            trusting.check_hostname = False
            trusting.verify_mode = ssl.CERT_NONE
            upstream = trusting.wrap_socket(upstream)
        self.client.send([b"220 2.0.0 Ready to start TLS\r\n"])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.certificate)
        self.inside(context.wrap_socket(self.client.socket, server_side=True), upstream)
        return False

    def inside(self, client: socket.socket, server: socket.socket) -> None:
        """Pass what is said inside TLS."""
        pump_both(client, server)


class InterceptPlain(Intercept):
    """The same, in clear text to the server."""

    is_tls_upstream = False


class InterceptNoAuth(Intercept):
    """A mail shield that takes AUTH out of the EHLO reply."""

    def inside(self, client: socket.socket, server: socket.socket) -> None:
        left, right = Side(client), Side(server)
        while True:
            line = left.line()
            right.send([line])
            lines = right.reply()
            is_ehlo = line[:4].upper() == b"EHLO" and has_keyword(b"AUTH", lines)
            left.send(without(b"AUTH", lines) if is_ehlo else lines)
