"""LMTP (RFC 2033), the server's side: commands, content, one reply a recipient."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from quarantine.intake.connection import Connection, Door
from quarantine.intake.data import DataDecoder
from quarantine.intake.envelope import (
    ArgumentRefused,
    Client,
    Recipient,
    Sender,
    Transaction,
    parse_forwarded,
    parse_recipient,
    parse_sender,
)
from quarantine.intake.hold import LATER
from quarantine.intake.spool import Spool

logger = logging.getLogger(__name__)

RECIPIENTS_MAX = 1000
TOO_BIG = "552 5.3.4 Message too big"


class Session(Connection):
    """One LMTP session."""

    def __init__(self, door: Door) -> None:
        super().__init__(door)
        self._is_greeted = False
        self._decoder: DataDecoder | None = None
        self._spool = Spool()
        self._refusal = ""
        self._reset()

    @property
    def is_in_content(self) -> bool:
        """Whether DATA was answered and its end has not come."""
        return self._decoder is not None

    def connection_lost(self, exc: Exception | None) -> None:
        """Drop what was not yet complete; what is being kept is kept."""
        super().connection_lost(exc)
        if not self.is_keeping:
            self._spool.close()

    def take_command(self, line: bytes) -> None:
        """Answer one command."""
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            self.refuse("500 5.5.2 Not UTF-8")
            return
        if any(character in text for character in "\0\r\n"):
            self.refuse("500 5.5.2 Control character")
            return
        verb, _, argument = text.partition(" ")
        act = self._COMMANDS.get(verb.upper())
        if act is None:
            self.refuse("500 5.5.1 Command not known; this is LMTP")
            return
        try:
            act(self, argument.strip())
        except ArgumentRefused as refused:
            self.refuse(str(refused))

    # --- commands -------------------------------------------------------------

    def _reset(self) -> None:
        self._sender: Sender | None = None
        self._recipients: list[Recipient] = []
        self._client = Client()

    def _lhlo(self, argument: str) -> None:
        if not argument:
            raise ArgumentRefused("501 5.5.4 Syntax: LHLO name")
        self._reset()
        self._is_greeted = True
        self.reply(
            f"250-{self.door.host_name}",
            "250-PIPELINING",
            f"250-SIZE {self.door.max_bytes}",
            "250-8BITMIME",
            "250-SMTPUTF8",
            "250-DSN",
            "250-ENHANCEDSTATUSCODES",
            "250 XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE",
        )

    def _xforward(self, argument: str) -> None:
        if not self._is_greeted or self._sender:
            raise ArgumentRefused("503 5.5.1 Not now")
        self._client = parse_forwarded(argument, self._client)
        self.reply("250 2.0.0 Ok")

    def _mail(self, argument: str) -> None:
        if not self._is_greeted or self._sender:
            raise ArgumentRefused("503 5.5.1 LHLO first, one MAIL at a time")
        sender = parse_sender(argument)
        if sender.declared_size > self.door.max_bytes:
            raise ArgumentRefused(TOO_BIG)
        self._sender = sender
        self.reply("250 2.1.0 Ok")

    def _rcpt(self, argument: str) -> None:
        if not self._sender:
            raise ArgumentRefused("503 5.5.1 MAIL first")
        if len(self._recipients) >= RECIPIENTS_MAX:
            raise ArgumentRefused("452 4.5.3 Too many recipients")
        self._recipients.append(parse_recipient(argument))
        self.reply("250 2.1.5 Ok")

    def _data(self, argument: str) -> None:
        if argument:
            raise ArgumentRefused("501 5.5.4 Syntax: DATA")
        if not self._sender or not self._recipients:
            raise ArgumentRefused("503 5.5.1 No valid recipients")
        self._decoder = DataDecoder()
        self._spool = Spool()
        self._refusal = ""
        self.reply("354 End data with <CR><LF>.<CR><LF>")

    def _rset(self, _argument: str) -> None:
        self._reset()
        self.reply("250 2.0.0 Ok")

    def _noop(self, _argument: str) -> None:
        self.reply("250 2.0.0 Ok")

    def _vrfy(self, _argument: str) -> None:
        self.reply("252 2.5.0 Send and see")

    def _quit(self, _argument: str) -> None:
        self.hang_up("221 2.0.0 Bye")

    _COMMANDS: dict[str, Callable[[Session, str], None]] = {
        "LHLO": _lhlo,
        "XFORWARD": _xforward,
        "MAIL": _mail,
        "RCPT": _rcpt,
        "DATA": _data,
        "RSET": _rset,
        "NOOP": _noop,
        "VRFY": _vrfy,
        "QUIT": _quit,
    }

    # --- content --------------------------------------------------------------

    def take_content(self, data: bytes) -> bytes:
        """Collect content; at its end hand the message over."""
        assert self._decoder  # noqa: S101
        content, after = self._decoder.feed(data)
        self._collect(content)
        if after is None:
            return b""
        self._decoder = None
        self._keep()
        return after

    def _collect(self, content: bytes) -> None:
        """Store, or only read on to the end once there is a reason to refuse."""
        if self._refusal:
            return
        if self._spool.size + len(content) > self.door.max_bytes:
            self._give_up(TOO_BIG)
            return
        try:
            self._spool.write(content)
        except OSError:
            logger.exception("spool")
            self._give_up(LATER)

    def _give_up(self, refusal: str) -> None:
        self._refusal = refusal
        self._spool.close()

    def _keep(self) -> None:
        assert self._sender  # noqa: S101
        self.is_keeping = True
        try:
            if not self._refusal:
                self._spool.finish()
        except OSError:
            logger.exception("spool")
            self._give_up(LATER)
        if self._refusal:
            self._answer([self._refusal] * len(self._recipients))
            return
        self.transport.pause_reading()
        self.door.keeper.put(
            Transaction(
                self._sender, tuple(self._recipients), self._client, self._spool
            ),
            self._answer,
        )

    def _answer(self, replies: Sequence[str]) -> None:
        self._spool.close()
        self._reset()
        if self.transport.is_closing():
            self.is_keeping = False
            return
        self.reply(*replies)
        if self.door.is_closing:
            self.hang_up("421 4.3.2 Shutting down")
            return
        self.listen_again()
