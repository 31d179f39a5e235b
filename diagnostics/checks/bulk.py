"""Envelope and bulk: whether a message is taken and many bytes get through.

Only on the sending machine, logged in. The message is never finished: the connection
closes without the final dot, and the server throws away what came.
"""

import time
from typing import Optional, Tuple

from cleanmail.wire.errors import SmtpError
from cleanmail.wire.replies import Reply
from cleanmail.wire.smtp import Path, Session
from diagnostics.checks.dialogue import Dialogue, reply_facts
from diagnostics.checks.evidence import FAILED, OK, Facts
from diagnostics.checks.wording import error_facts

BYTES = 48 * 1024
PIECE = 2048
KEPT = 4096
SECONDS = 3.0
# Nothing taken for so long is a stop, not a slow line.
STALL_SECONDS = 1.5
PAUSE_SECONDS = 0.01
RECIPIENT = "postmaster"  # every server has one (RFC 5321, 4.5.1)
_LINE = b"X-Cleanmail-Probe: this message is never finished..............\r\n"


def send_bulk(dialogue: Dialogue) -> None:
    """Name an envelope, write many bytes, and close before the message is one."""
    session = dialogue.session
    if session is None:
        return
    dialogue.session = None  # after DATA there is no way back to QUIT
    try:
        if _envelope(dialogue, session):
            _write(dialogue, session)
    finally:
        session.close()


def _envelope(dialogue: Dialogue, session: Session) -> bool:
    name = dialogue.target.username
    is_address = "@" in name and name.isprintable() and not set(name) & set("<> ")
    sender = name if is_address and max(name) < "\x7f" else ""
    size = ("SIZE={}".format(BYTES),) if "SIZE" in session.keywords else ()
    try:
        replies = session.envelope(Path(sender, size), [Path(RECIPIENT)])
    except SmtpError as error:
        dialogue.report("envelope", FAILED, error_facts(error), session)
        return False
    stage, reply = _last(replies.mail, replies.recipients, replies.data)
    facts = reply_facts(reply)
    facts["stage"] = stage
    taken = replies.refusal is None and reply.code == 354
    dialogue.report("envelope", OK if taken else FAILED, facts, session)
    return taken


def _last(
    mail: Reply, recipients: Tuple[Reply, ...], data: Optional[Reply]
) -> Tuple[str, Reply]:
    """Return the first refusal with its command, else the reply to DATA."""
    if not mail.is_positive:
        return "mail", mail
    for reply in recipients:
        if not reply.is_positive:
            return "rcpt", reply
    return ("data", data) if data is not None else ("rcpt", recipients[-1])


def _write(dialogue: Dialogue, session: Session) -> None:
    since = time.monotonic()
    if session.counters is None:
        session.keep_little(KEPT)
    meter = _Meter(session, since)
    facts: Facts = {"bytes": BYTES}
    piece = (_LINE * (PIECE // len(_LINE) + 1))[:PIECE]
    session.timeout = STALL_SECONDS
    try:
        while meter.written < BYTES and time.monotonic() - since < SECONDS:
            session.send_raw(piece)
            meter.written += len(piece)
            meter.look()
        meter.wait(since + SECONDS)
    except SmtpError as error:
        facts.update(error_facts(error))
        meter.look()
    facts.update(meter.facts())
    good = facts["is_through"] and not facts.get("error")
    dialogue.report("bulk", OK if good else FAILED, facts, session)


class _Meter:
    """How many bytes the other end has taken, and when it took the last one."""

    def __init__(self, session: Session, since: float) -> None:
        self.written = 0
        self._session = session
        self._since = self._moved_at = since
        self._before = self._acked()
        self._taken = 0

    def look(self) -> int:
        """Note what was taken by now; what was written where nobody counts."""
        taken = self._acked() - self._before if self._before >= 0 else self.written
        if taken > self._taken:
            self._taken, self._moved_at = taken, time.monotonic()
        return self._taken

    def wait(self, until: float) -> None:
        """Wait until all was taken, it stopped moving, or the time is up."""
        while self.look() < self.written:
            now = time.monotonic()
            if now > until or now - self._moved_at > STALL_SECONDS:
                return
            time.sleep(PAUSE_SECONDS)

    def facts(self) -> Facts:
        """Return bytes, speed, and whether it still moved at the end."""
        spent = max(self._moved_at - self._since, 0.001)
        still = time.monotonic() - self._moved_at
        return {
            "taken_bytes": self._taken,
            "kbit_per_second": round(self._taken * 8 / 1000 / spent, 1),
            "is_through": self._taken >= BYTES,
            "is_stalled": self._taken < BYTES and still > STALL_SECONDS * 0.9,
        }

    def _acked(self) -> int:
        counters = self._session.counters
        return counters.acked_bytes if counters is not None else -1
