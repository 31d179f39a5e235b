"""A connection to the intake: who may come in, lines of bounded length, idle time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Protocol

from quarantine.intake.envelope import Transaction

logger = logging.getLogger(__name__)

LINE_BYTES_MAX = 4096
BAD_COMMANDS_MAX = 50
IDLE_SECONDS = 300.0
# Replies to what came in one piece go out in one, unless they are very many.
JOINED_REPLIES_MAX = 100
# For a client to read our last words.
FAREWELL_SECONDS = 10.0


class Keeper(Protocol):
    """Whoever makes a transaction durable: the committer."""

    def put(
        self, transaction: Transaction, answer: Callable[[Sequence[str]], None]
    ) -> None:
        """Take it; call `answer` once, in the loop, with one reply a recipient."""


@dataclass(slots=True)
class Door:
    """What all connections of a listener share."""

    keeper: Keeper
    networks: Sequence[IPv4Network | IPv6Network]
    max_bytes: int
    max_sessions: int
    host_name: str
    idle_seconds: float = IDLE_SECONDS
    farewell_seconds: float = FAREWELL_SECONDS
    is_closing: bool = False
    inside: set[Connection] = field(default_factory=set)
    emptied: asyncio.Event = field(default_factory=asyncio.Event)

    def admits(self, peer: str) -> bool:
        """Whether the peer's address is in the operator's networks."""
        try:
            address = ip_address(peer.partition("%")[0])
        except ValueError:
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self.networks)

    def leave(self, connection: Connection) -> None:
        """Note that a connection ended."""
        self.inside.discard(connection)
        if self.is_closing and not self.inside:
            self.emptied.set()

    def close(self) -> None:
        """Let nobody in any more; end what is idle."""
        self.is_closing = True
        for connection in list(self.inside):
            connection.close_if_idle()
        if not self.inside:
            self.emptied.set()


class Connection(asyncio.Protocol):
    """Cuts what comes into command lines; what they mean is the session's business."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.loop = asyncio.get_running_loop()
        self.transport: asyncio.Transport
        self.is_keeping = False  # a message is being made durable: read nothing
        self._is_unread = False  # the client does not read its replies: say no more
        self._timer: asyncio.TimerHandle | None = None
        self._heard_at = self.loop.time()
        self._input = b""
        self._at = 0  # what of it was dealt with
        self._is_working = False
        self._replies: list[str] = []  # said, not sent yet
        self._skips_line = False
        self._bad_commands = 0

    # --- what a session adds --------------------------------------------------

    @property
    def is_in_content(self) -> bool:
        """Whether what comes now is content."""
        raise NotImplementedError

    def take_command(self, line: bytes) -> None:
        """Deal with a command line, its CRLF taken off."""
        raise NotImplementedError

    def take_content(self, data: bytes) -> bytes:
        """Deal with content; return what came after its end."""
        raise NotImplementedError

    # --- asyncio's side -------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet, or refuse whoever may not be here."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self.transport = transport
        peer = transport.get_extra_info("peername") or [""]
        if not self.door.admits(peer[0]):
            logger.warning("peer %s is outside INTAKE_NETWORKS", peer[0])
            self.hang_up("554 5.7.1 This service is not for you")
        elif self.door.is_closing or len(self.door.inside) >= self.door.max_sessions:
            self.hang_up("421 4.3.2 Too many sessions, try again later")
        else:
            self.door.inside.add(self)
            self.reply(f"220 {self.door.host_name} LMTP")
            self._timer = self.loop.call_later(self.door.idle_seconds, self._tick)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the door."""
        del exc
        self.door.leave(self)
        if self._timer:
            self._timer.cancel()

    def pause_writing(self) -> None:
        """Stop listening to a client that does not read its replies."""
        self._is_unread = True
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        """Listen again."""
        self._is_unread = False
        self._go_on()

    def data_received(self, data: bytes) -> None:
        """Take bytes: commands or content."""
        self._heard_at = self.loop.time()
        self._input += data
        self.work()

    # --- for the session ------------------------------------------------------

    def reply(self, *lines: str) -> None:
        """Send a reply, or several; while input is dealt with, behind all of it."""
        self._replies += lines
        if not self._is_working or len(self._replies) >= JOINED_REPLIES_MAX:
            self._send_replies()

    def refuse(self, text: str) -> None:
        """Answer a bad command; whoever sends only such is put out."""
        self._bad_commands += 1
        if self._bad_commands > BAD_COMMANDS_MAX:
            self.hang_up("421 4.7.0 Too many bad commands")
        else:
            self.reply(text)

    def hang_up(self, text: str) -> None:
        """Say why, and end the connection, also of a client that reads nothing."""
        self.reply(text)
        self._send_replies()
        self.transport.close()
        if self.transport.get_write_buffer_size():
            self.loop.call_later(self.door.farewell_seconds, self.transport.abort)

    def listen_again(self) -> None:
        """Go on after a message was kept, first with what came meanwhile."""
        self.is_keeping = False
        self._heard_at = self.loop.time()
        self._go_on()

    def close_if_idle(self) -> None:
        """End the session at a shutdown unless a message is under way."""
        if not self.is_in_content and not self.is_keeping:
            self.hang_up("421 4.3.2 Shutting down")

    def work(self) -> None:
        """Deal with the input as far as it goes."""
        self._is_working = True
        try:
            self._work()
        finally:
            self._is_working = False
            self._send_replies()

    def _work(self) -> None:
        goes_on = True
        while goes_on and self._at < len(self._input) and not self._must_wait:
            if self.transport.is_closing():
                return
            if self.is_in_content:
                after = self.take_content(self._input[self._at :])
                self._input, self._at = after, 0
            else:
                goes_on = self._take_line()
        self._input = self._input[self._at :]
        self._at = 0

    def _send_replies(self) -> None:
        if self._replies:
            text = "\r\n".join(self._replies) + "\r\n"
            self._replies.clear()
            self.transport.write(text.encode("ascii", "replace"))

    @property
    def _must_wait(self) -> bool:
        return self.is_keeping or self._is_unread

    def _go_on(self) -> None:
        if not self._must_wait:
            self.transport.resume_reading()
            self.loop.call_soon(self.work)

    def _take_line(self) -> bool:
        end = self._input.find(b"\r\n", self._at)
        if end < 0:
            if len(self._input) - self._at > LINE_BYTES_MAX:
                self._skips_line = True
                self._at = len(self._input) - 1  # it may be half of the line's end
            return False
        line = self._input[self._at : end]
        self._at = end + 2
        if self._skips_line or len(line) > LINE_BYTES_MAX:
            self._skips_line = False
            self.refuse("500 5.5.6 Line too long")
        else:
            self.take_command(line)
        return True

    def _tick(self) -> None:
        left = self._heard_at + self.door.idle_seconds - self.loop.time()
        if left <= 0 and not self.is_keeping:
            self.hang_up("421 4.4.2 Idle for too long")
            return
        self._timer = self.loop.call_later(max(left, 0.1), self._tick)
