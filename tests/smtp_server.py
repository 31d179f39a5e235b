"""A scripted SMTP server on loopback: replies, delays and cuts as the test wants them.

Steps are named by verb (`EHLO`, `MAIL`, `RCPT`, `DATA`, `BDAT`, `STARTTLS`, `AUTH`,
`RSET`, `QUIT`), besides `GREETING` and `END` (the end of data, also BDAT LAST).
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

END = b"\r\n.\r\n"
KEYWORDS = ("PIPELINING", "SIZE 0", "8BITMIME", "SMTPUTF8", "DSN")
DEFAULTS = {
    "GREETING": "220 mx.acme.example ESMTP",
    "MAIL": "250 2.1.0 Ok",
    "RCPT": "250 2.1.5 Ok",
    "DATA": "354 End data with <CR><LF>.<CR><LF>",
    "BDAT": "250 2.0.0 Ok",
    "END": "250 2.0.0 Ok: queued as 4XyZ",
    "STARTTLS": "220 2.0.0 Ready",
    "RSET": "250 2.0.0 Ok",
    "QUIT": "221 2.0.0 Bye",
}
SECONDS_MAX = 60


@dataclass
class Script:
    """What the server does; several replies to a step serve once each, the last on."""

    replies: dict[str, str | list[str]] = field(default_factory=dict)
    delays: dict[str, float] = field(default_factory=dict)
    # At these steps the connection is cut instead of a reply.
    cuts: tuple[str, ...] = ()
    # So many cuts, then it goes on; None: always.
    cuts_left: int | None = None
    # In the middle of the content: after so many bytes, cut.
    cut_after_bytes: int = 0
    keywords: tuple[str, ...] = KEYWORDS
    tls: ssl.SSLContext | None = None


@dataclass
class Transaction:
    """What came between MAIL and the end: `raw` as on the wire, `content` unstuffed."""

    mail: str
    recipients: list[str] = field(default_factory=list)
    raw: bytes = b""
    content: bytes = b""
    is_complete: bool = False
    is_encrypted: bool = False


class Cut(Exception):
    """The script or the client ends the connection."""


class SmtpServer:
    """The server; `transactions` has those that got their end of data."""

    def __init__(self, script: Script | None = None, *, port: int = 0) -> None:
        self.script = script or Script()
        self.transactions: list[Transaction] = []
        self.unfinished: list[Transaction] = []
        self.commands: list[str] = []
        self.connections = 0
        self.reached = {step: threading.Event() for step in ("EHLO", *DEFAULTS)}
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", port))
        self._sockets: list[socket.socket] = []
        self._used: dict[str, int] = {}

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def hang_up(self) -> None:
        """End the connections there are, as after too long an idle time."""
        for sock in self._sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def reply_to(self, step: str) -> str:
        if step == "EHLO":
            words = self.script.keywords + (("STARTTLS",) if self.script.tls else ())
            default = "\n".join(["250-mx.acme.example", *(f"250-{w}" for w in words)])
            head, _, last = default.rpartition("\n")
            default = f"{head}\n{last.replace('250-', '250 ', 1)}".lstrip()
        else:
            default = DEFAULTS.get(step, "502 5.5.2 Unknown")
        scripted = self.script.replies.get(step, default)
        if isinstance(scripted, str):
            return scripted
        with self._lock:
            used = self._used.get(step, 0)
            self._used[step] = used + 1
        return scripted[min(used, len(scripted) - 1)]

    def _accept(self) -> None:
        while True:
            try:
                sock, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            sock.settimeout(SECONDS_MAX)
            self._sockets.append(sock)
            threading.Thread(target=_Connection(self, sock).run, daemon=True).start()


class _Connection:
    """One client."""

    def __init__(self, server: SmtpServer, sock: socket.socket) -> None:
        self.server = server
        self.sock = sock
        self.buffer = b""
        self.transaction: Transaction | None = None

    def run(self) -> None:
        with suppress(OSError, Cut):
            self.answer("GREETING")
            while True:
                self.obey(self.line())
        if self.transaction is not None:
            self.server.unfinished.append(self.transaction)
        self.sock.close()

    def obey(self, line: str) -> None:
        self.server.commands.append(line)
        verb = line.split(" ", 1)[0].split(":", 1)[0].upper()
        if verb == "MAIL":
            is_encrypted = isinstance(self.sock, ssl.SSLSocket)
            self.transaction = Transaction(line, is_encrypted=is_encrypted)
        if verb == "RCPT" and self.transaction:
            self.transaction.recipients.append(line)
        if verb == "BDAT":
            self.chunk(line)
            return
        code = self.answer(verb)
        if verb == "STARTTLS" and code == "220":
            self.encrypt()
        if verb == "DATA" and code == "354":
            self.data()
        if verb == "RSET":
            self.transaction = None
        if verb == "QUIT":
            raise Cut

    def encrypt(self) -> None:
        if self.server.script.tls is None:
            raise Cut
        self.sock = self.server.script.tls.wrap_socket(self.sock, server_side=True)
        self.server._sockets.append(self.sock)

    def answer(self, step: str) -> str:
        self.server.reached.setdefault(step, threading.Event()).set()
        time.sleep(self.server.script.delays.get(step, 0))
        if step in self.server.script.cuts and self.server.script.cuts_left != 0:
            self.server.script.cuts_left = (self.server.script.cuts_left or 0) - 1
            raise Cut
        reply = self.server.reply_to(step)
        self.sock.sendall(reply.replace("\n", "\r\n").encode() + b"\r\n")
        return reply[:3]

    def data(self) -> None:
        # The content begins at the start of a line.
        self.buffer = b"\r\n" + self.buffer
        start = 0
        while (end := self.buffer.find(END, start)) < 0:
            start = max(0, len(self.buffer) - len(END))
            self.more()
        raw, self.buffer = self.buffer[2 : end + 2], self.buffer[end + len(END) :]
        self.take(raw, (b"\r\n" + raw).replace(b"\r\n..", b"\r\n.")[2:])
        self.finish()

    def chunk(self, line: str) -> None:
        _verb, size, *last = line.split()
        while len(self.buffer) < int(size):
            self.more()
        raw, self.buffer = self.buffer[: int(size)], self.buffer[int(size) :]
        self.take(raw, raw)
        if last:
            self.finish()
        else:
            self.answer("BDAT")

    def take(self, raw: bytes, content: bytes) -> None:
        assert self.transaction is not None
        self.transaction.raw += raw
        self.transaction.content += content

    def finish(self) -> None:
        transaction, self.transaction = self.transaction, None
        assert transaction is not None
        transaction.is_complete = True
        self.server.transactions.append(transaction)
        self.answer("END")

    def line(self) -> str:
        while b"\r\n" not in self.buffer:
            self.more()
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line.decode("utf-8", "replace")

    def more(self) -> None:
        data = self.sock.recv(65536)
        if not data:
            raise Cut
        self.buffer += data
        limit = self.server.script.cut_after_bytes
        if limit and len(self.buffer) >= limit:
            raise Cut
