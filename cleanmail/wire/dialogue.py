"""Commands and replies over a channel, each exchange noted with its times."""

import time
from typing import List, Optional

from cleanmail.wire.channel import Channel, Limits, connect_socket
from cleanmail.wire.errors import ReplyMalformed, SmtpError, UnsafeCommand
from cleanmail.wire.replies import (
    Reply,
    ReplyLine,
    join_lines,
    parse_line,
    printable,
)
from cleanmail.wire.tcpinfo import Counters
from cleanmail.wire.transcript import MASK, Transcript


class Dialogue:
    """A connection on which one side commands and the other replies.

    It goes to an address that was resolved and checked before, never to a name.
    """

    def __init__(
        self, channel: Channel, transcript: Transcript, limits: Limits
    ) -> None:
        self.transcript = transcript
        self.timeout = 30.0
        self._channel = channel
        self._limits = limits

    @property
    def stage(self) -> str:
        """Return the stage that was reached last."""
        return self._channel.stage

    @property
    def local_address(self) -> str:
        """Return our own address as the socket has it."""
        return self._channel.local_address

    @property
    def is_quiet(self) -> bool:
        """Say whether the server is still there, as far as one can see, and silent."""
        return self._channel.is_quiet

    @property
    def counters(self) -> Optional[Counters]:
        """Return what the kernel counted of the connection, None where it does not."""
        return self._channel.counters

    def keep_little(self, size: int) -> None:
        """Hold back at most about so many bytes: what is written is then on its way."""
        self._channel.keep_little(size)

    def resume(self, transcript: Transcript, deadline: float) -> None:
        """Go on with another message: with a transcript and limits of its own.

        `deadline` is a time of the monotonic clock.
        """
        self.transcript = transcript
        self._channel.renew(deadline)
        transcript.note_done("<kept connection>", time.monotonic())

    def close(self) -> None:
        """Close the connection as it is: after 354 the message stays undelivered."""
        self._channel.close()

    def greeting(self) -> Reply:
        """Wait for the server to speak first."""
        self._channel.stage = "greeting"
        return self._read_reply("", time.monotonic(), self.timeout)

    def command(self, line: str, *, shown: str = "") -> Reply:
        """Send a command, return its reply; `shown` replaces it in the transcript."""
        shown = shown or line
        data = _encode(line)
        self._check_silence()
        since = time.monotonic()
        self._channel.stage = _verb(shown)
        self._send(data, shown, since)
        return self._read_reply(shown, since, self.timeout)

    def send_raw(self, data: bytes) -> None:
        """Send bytes as they are, for what has no reply of its own."""
        self._channel.write(data, self.timeout)

    def read_reply(self) -> Reply:
        """Read one more reply, to what `send_raw` has sent."""
        return self._read_reply("", time.monotonic(), self.timeout)

    def quit(self) -> Optional[Reply]:
        """Say QUIT and close; None when the server went without a word: no harm."""
        self.timeout = min(self.timeout, 5.0)
        try:
            return self.command("QUIT")
        except SmtpError:
            return None
        finally:
            self.close()

    def _pipeline(self, commands: List[str]) -> List[Reply]:
        data = b"".join(_encode(command) for command in commands)
        self._check_silence()
        since = time.monotonic()
        self._channel.stage = _verb(commands[0])
        self._send(data, commands[0], since)
        replies = []
        for command in commands:
            self._channel.stage = _verb(command)
            replies.append(self._read_reply(command, since, self.timeout))
        return replies

    def _send(self, data: bytes, shown: str, since: float) -> None:
        try:
            self._channel.write(data, self.timeout)
        except SmtpError as error:
            self.transcript.note_error(shown, since, error)
            raise

    def _read_reply(self, shown: str, since: float, timeout: float) -> Reply:
        try:
            reply = self._read_lines(timeout)
        except SmtpError as error:
            self.transcript.note_error(shown, since, error)
            raise
        self.transcript.note_reply(shown, since, reply)
        return reply

    def _read_lines(self, timeout: float) -> Reply:
        until = time.monotonic() + timeout
        lines: List[ReplyLine] = []
        while not lines or not lines[-1].is_last:
            if len(lines) >= self._limits.reply_lines:
                raise ReplyMalformed("reply has too many lines", self.stage)
            raw = self._channel.read_line(until)
            try:
                lines.append(parse_line(raw))
                reply = join_lines(lines)
            except ValueError as error:
                excerpt = printable(raw[:200])
                raise ReplyMalformed(str(error), self.stage, excerpt) from error
        return reply

    def _check_silence(self) -> None:
        """Refuse to go on when a reply waits that belongs to no command of ours."""
        waiting = self._channel.buffered
        # 421 comes unasked when a server shuts down: it answers whatever we say next.
        if waiting and not waiting.startswith(b"421"):
            excerpt = printable(waiting[:200])
            raise ReplyMalformed("reply without a command", self.stage, excerpt)


def _encode(line: str) -> bytes:
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in line):
        raise UnsafeCommand("control character in a command", _verb(line))
    return line.encode("utf-8", "surrogateescape") + b"\r\n"


def _verb(line: str) -> str:
    return line.split(" ", 1)[0].lower() if line != MASK else "auth"


def open_channel(  # noqa: PLR0913 - what a connection depends on, all by name
    address: str,
    port: int,
    *,
    transcript: Transcript,
    timeout: float,
    deadline_seconds: float,
    source_address: Optional[str],
    limits: Limits,
    max_segment: int = 0,
) -> Channel:
    """Connect and note it; raise ConnectFailed."""
    sock = connect_socket(address, port, timeout, source_address, max_segment)
    channel = Channel(sock, transcript.started + deadline_seconds, limits)
    transcript.note_done("<connect>", transcript.started)
    return channel
