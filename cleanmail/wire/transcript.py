"""What was said in a session, with the times, credentials masked."""

import time
from typing import Dict, List, NamedTuple, Optional, Tuple

from cleanmail.wire.errors import SmtpError
from cleanmail.wire.replies import Reply

MASK = "••••"


class Exchange(NamedTuple):
    """One command with its reply, or with the error that came instead of one.

    `at_seconds` counts from the start of the connection; `seconds` is how long the
    reply took. An empty `command` is the wait for the greeting.
    """

    command: str
    code: Optional[int]
    lines: Tuple[str, ...]
    at_seconds: float
    seconds: float
    error: str


class Transcript:
    """The exchanges of one session, in order."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.exchanges: List[Exchange] = []

    def note_reply(self, command: str, since: float, reply: Reply) -> None:
        """Add a command and its reply."""
        self._add(command, since, reply.code, reply.lines, "")

    def note_error(self, command: str, since: float, error: SmtpError) -> None:
        """Add a command and what went wrong instead of a reply."""
        self._add(command, since, None, (), str(error))

    def note_done(self, step: str, since: float) -> None:
        """Add a step that has no reply: the connection, the handshake."""
        self._add(step, since, None, (), "")

    def as_json(self) -> List[Dict[str, object]]:
        """Return plain values for a JSON column."""
        return [dict(exchange._asdict()) for exchange in self.exchanges]

    def _add(
        self,
        command: str,
        since: float,
        code: Optional[int],
        lines: Tuple[str, ...],
        error: str,
    ) -> None:
        at_seconds = round(since - self.started, 4)
        seconds = round(time.monotonic() - since, 4)
        self.exchanges.append(
            Exchange(command, code, lines, at_seconds, seconds, error)
        )
