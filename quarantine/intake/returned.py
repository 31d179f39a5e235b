"""What was released before and came back: known by our trace, its content compared."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from uuid import UUID

from django.db.models import F

from cleanmail.wire.content import crlf_lines
from quarantine.errors import ContentErased, ContentLost
from quarantine.intake.envelope import Transaction
from quarantine.models import Hold
from quarantine.states import State
from quarantine.store import open_content
from quarantine.traces import (
    OF_FILTERS,
    RELEASES_MAX,
    find_trace,
    is_genuine,
)

logger = logging.getLogger(__name__)

# It may be back before the worker has written down that it went.
GOING = (State.RELEASING, State.RELEASED, State.UNSURE)
SECTION_BYTES_MAX = 1024 * 1024
# An MTA that takes a mail from its own host adds these where they are missing.
ADDED = ("date", "message-id")
_FIELD = re.compile(rb"[^\n]*\n(?:[ \t][^\n]*\n)*")


@dataclass(frozen=True, slots=True)
class Essence:
    """A message without what filters put into its header section."""

    fields: tuple[bytes, ...]
    rest: bytes


class Returns:
    """The released holds of which a batch brings messages again."""

    def __init__(self, released: Mapping[UUID, Hold]) -> None:
        self._released = released
        # Which hold was released before, by the key of the new one.
        self._before: dict[UUID, UUID] = {}

    @classmethod
    def find(cls, transactions: Iterable[Transaction]) -> Returns:
        """Look for our traces; one query, none where there is none."""
        traces = [find_trace(each.content.head, each.skip) for each in transactions]
        ids = {trace.hold_id for trace in traces if trace is not None}
        if not ids:
            return cls({})
        holds = Hold.objects.select_related("message")
        mine = holds.filter(pk__in=ids, state__in=GOING)
        return cls({hold.pk: hold for hold in mine})

    def note(self, each: Transaction, holds: Sequence[Hold]) -> None:
        """Compare what came with what was released; both contents may be read."""
        if not self._released:
            return
        trace = find_trace(each.content.head, each.skip)
        before = self._released.get(trace.hold_id) if trace else None
        if trace is None or before is None:
            return
        mine = [
            hold
            for hold in holds
            if hold.customer_id == before.customer_id
            and is_genuine(trace, before, hold.envelope_recipient)
        ]
        if mine and _is_unchanged(before, each, trace.end):
            self._before |= {hold.pk: before.pk for hold in mine}

    def let_through(self, holds: Sequence[Hold]) -> None:
        """Let those go on that were released before, not more often than allowed.

        Needs the transaction in which they are written.
        """
        for hold in holds:
            before = self._before.get(hold.pk)
            if before is not None and _count(before):
                hold.state = State.RELEASING.value
                hold.next_attempt_at = hold.received_at
                hold.reason = {"filter": "released", "hold": str(before)}


def _count(hold_id: UUID) -> bool:
    """Count that it passes once more; False when it did often enough."""
    mine = Hold.objects.filter(pk=hold_id, state__in=GOING)
    left = mine.filter(returns_count__lt=RELEASES_MAX)
    return bool(left.update(returns_count=F("returns_count") + 1))


def _is_unchanged(hold: Hold, each: Transaction, start: int) -> bool:
    try:
        if _is_same(hold, each, start):
            return True
    except (ContentErased, ContentLost):
        logger.warning("hold %s: came back, nothing to compare it with", hold.pk)
        return False
    logger.warning("hold %s: came back with another content", hold.pk)
    return False


def _is_same(hold: Hold, each: Transaction, start: int) -> bool:
    digest = hashlib.sha256()
    for piece in each.content.read(start):
        digest.update(piece)
    if digest.hexdigest() == hold.message.content_sha256:
        return True
    ours = _essence(open_content(hold.message))
    theirs = _essence(each.content.read(start))
    added = theirs.fields[len(ours.fields) :]
    names = [_name(field) for field in (*ours.fields, *added)]
    return (
        theirs.rest == ours.rest
        and theirs.fields[: len(ours.fields)] == ours.fields
        and all(name in ADDED and names.count(name) == 1 for name in map(_name, added))
    )


def _essence(chunks: Iterable[bytes]) -> Essence:
    """Part the header section from the rest, line ends made alike.

    Only the section is kept in memory, and at most one mebibyte of it.
    """
    pieces = crlf_lines(chunks)
    head = b"\r\n"
    for piece in pieces:
        head += piece
        if b"\r\n\r\n" in head or len(head) > SECTION_BYTES_MAX:
            break
    end = head.find(b"\r\n\r\n")
    cut = len(head) if end < 0 else end + 2
    section, rest = head[2:cut], head[cut:]
    digest, last = hashlib.sha256(), b""
    for piece in chain((rest,), pieces):
        digest.update(piece)
        last = (last + piece)[-2:]
    if last != b"\r\n":  # DATA cannot carry a content without it
        digest.update(b"\r\n")
    fields = tuple(
        field
        for field in _FIELD.findall(section)
        if not OF_FILTERS.fullmatch(_name(field))
    )
    return Essence(fields, digest.digest())


def _name(field: bytes) -> str:
    return field.partition(b":")[0].strip().decode("ascii", "replace").lower()
