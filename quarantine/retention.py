"""The end of held mail: rows in small steps, bytes by segment.

A hold past its day is `expired`: nobody can release it any more. Its row is told of for
a while and then deleted, its message with the last of them. A segment goes as a whole,
once its day is over and no message in it can still be wanted; what outlives it is
carried on by `carrying.py` before.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from quarantine.extending import list_waiting
from quarantine.models import Hold, Message
from quarantine.states import State, states_before
from quarantine.store import NAME, ORPHAN_SECONDS, is_written

logger = logging.getLogger(__name__)

# What one transaction touches: intake and pages go on beside it.
STEP = 500
# What one run does at most; the next one goes on.
STEPS_PER_RUN = 40
# How long a search still finds that a mail was there, and expired.
TOLD_FOR = timedelta(days=14)


def end_holds(now: datetime) -> int:
    """Move what is past its day to `expired`; return how many.

    What is on its way to the next hop is left alone: its bytes are being read.
    """
    return _repeat(lambda: _end_step(now))


def delete_told(now: datetime) -> int:
    """Delete expired holds that were told of long enough; return how many."""
    return _repeat(lambda: _delete_step(now - TOLD_FOR))


def unlink_segments(now: datetime) -> int:
    """Remove the files whose day is over and whose every message is done with.

    The data keys go first, in rows: a crash in between leaves noise, never a row that
    promises bytes which are gone.
    """
    removed = 0
    for path in list_over(now):
        if _drop_keys(path.name):
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def list_over(now: datetime) -> list[Path]:
    """Return the segments whose day is over, oldest first."""
    today = now.astimezone(UTC).date()
    # A day more: an intake of another time zone may still write today's.
    return [path for path in _list_segments() if _day_of(path.name) < today]


def unlink_orphans() -> int:
    """Remove files that no row names and nobody writes to: their writer was killed.

    The lock says that no process has the file open, its age that no commit is under
    way for it; so no row can come to name it any more.
    """
    removed = 0
    for path in _list_segments():
        if _is_orphan(path):
            path.unlink(missing_ok=True)
            logger.info("segment %s: no row names it", path.name)
            removed += 1
    return removed


def _list_segments() -> list[Path]:
    paths = sorted(Path(settings.STORE_DIR).glob("*.seg"))
    return [path for path in paths if NAME.fullmatch(path.name)]


def _is_orphan(path: Path) -> bool:
    try:
        age = time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return False
    if age < ORPHAN_SECONDS or is_written(path):
        return False
    return not Message.objects.filter(segment=path.name).exists()


def _day_of(name: str) -> date:
    return date.fromisoformat(name[:10])


def _repeat(step: Callable[[], int]) -> int:
    """Run the step until it finds nothing, or the run has done enough."""
    done = 0
    for _ in range(STEPS_PER_RUN):
        moved = step()
        done += moved
        if not moved:
            break
    return done


@transaction.atomic(durable=True)
def _end_step(now: datetime) -> int:
    ending = states_before(State.EXPIRED)
    # Theirs may be about to get longer.
    waiting = list_waiting()
    due = Hold.objects.filter(expires_at__lte=now, state__in=ending, kept_at=None)
    due = due.exclude(customer_id__in=waiting)
    chosen = list(due.order_by("expires_at").values_list("pk", flat=True)[:STEP])
    # All of it again: somebody may have released it since, kept it for a case or for
    # longer.
    still = Hold.objects.filter(
        pk__in=chosen, state__in=ending, expires_at__lte=now, kept_at=None
    )
    return still.update(state=State.EXPIRED)


@transaction.atomic(durable=True)
def _delete_step(before: datetime) -> int:
    told = Hold.objects.filter(state=State.EXPIRED, expires_at__lte=before)
    chosen = list(told.order_by("expires_at").values_list("pk", "message_id")[:STEP])
    holds = Hold.objects.filter(pk__in=[pk for pk, _message in chosen])
    deleted = holds.delete()[1].get(Hold._meta.label, 0)  # noqa: SLF001
    # The last hold takes the message along.
    messages = Message.objects.filter(pk__in={message for _pk, message in chosen})
    messages.filter(holds=None).delete()
    return deleted


@transaction.atomic(durable=True)
def _drop_keys(segment: str) -> bool:
    """Drop the keys of a segment's messages; False if one of them is still wanted."""
    inside = Message.objects.filter(segment=segment)
    alive = Hold.objects.filter(message__segment=segment).exclude(state=State.EXPIRED)
    if alive.exists():
        return False
    erased = inside.exclude(wrapped_key=None).update(wrapped_key=None)
    logger.info("segment %s: its day is over, %d keys dropped", segment, erased)
    return True
