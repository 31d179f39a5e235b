"""Carries what outlives its segment's day on to a later segment.

A mail is sealed anew, under a new data key, and durable before its row is switched by
a conditional update: who erases it or rotates its key meanwhile wins. Killed at any
point, the row names bytes that are there; what no row names is noise.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from quarantine.errors import ContentErased, ContentLost, StoreUnavailable
from quarantine.models import Hold, Message
from quarantine.retention import list_over
from quarantine.states import State
from quarantine.store import Stored, Writer, open_content

logger = logging.getLogger(__name__)

# What is kept without an end is carried on once in that time.
KEPT_ON = timedelta(days=90)
# What one sync covers, and what one run does at most; the next one goes on.
BATCH_BYTES = 32 * 1024 * 1024
RUN_BYTES = 512 * 1024 * 1024


def carry_on(now: datetime) -> int:
    """Copy what is still wanted out of segments whose day is over; return how many.

    The old segment stays until the next run of retention: who is just about to read it
    finds it. What cannot be read is logged and stays where it is.
    """
    writer = Writer()
    moved = copied = 0
    try:
        for batch in _batches(now):
            moved += _carry(writer, batch, now)
            copied += sum(message.stored_length for message in batch)
            if copied >= RUN_BYTES:
                break
    except StoreUnavailable:
        logger.exception("the store takes nothing: carrying on waits")
    finally:
        writer.close()
    return moved


def _batches(now: datetime) -> Iterator[list[Message]]:
    for path in list_over(now):
        batch: list[Message] = []
        size = 0
        for message in _wanted(path.name, now).iterator(chunk_size=500):
            batch.append(message)
            size += message.stored_length
            if size >= BATCH_BYTES:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch


def _living(now: datetime) -> Q:
    return Q(kept_at__isnull=False) | Q(expires_at__gt=now)


def _wanted(segment: str, now: datetime) -> QuerySet[Message]:
    living = Hold.objects.filter(_living(now), message__segment=segment)
    wanted = living.exclude(state=State.EXPIRED).values("message_id")
    readable = Message.objects.filter(pk__in=wanted).exclude(wrapped_key=None)
    return readable.order_by("segment_offset")


def _carry(writer: Writer, batch: list[Message], now: datetime) -> int:
    copies: list[tuple[Message, Stored]] = []
    for message in batch:
        try:
            content = open_content(message)
            stored = writer.append(message.pk, _last_day(message, now), content)
        except ContentErased:
            continue
        except ContentLost:
            logger.exception("message %s cannot be carried on", message.pk)
            continue
        copies.append((message, stored))
    writer.sync()
    return sum(_switch(message, stored) for message, stored in copies)


def _last_day(message: Message, now: datetime) -> date:
    """Return until when the copy is wanted, as far as anybody knows today."""
    holds = Hold.objects.filter(_living(now), message=message)
    ends = [
        now + KEPT_ON if hold.kept_at else hold.expires_at
        for hold in holds.exclude(state=State.EXPIRED)
    ]
    return max(ends, default=now + KEPT_ON).astimezone(UTC).date()


@transaction.atomic(durable=True)
def _switch(message: Message, stored: Stored) -> bool:
    """Let the row name the copy, unless it says something else by now."""
    same = Message.objects.filter(
        pk=message.pk,
        segment=message.segment,
        segment_offset=message.segment_offset,
        wrapped_key=message.wrapped_key,
    )
    return bool(
        same.update(
            segment=stored.segment,
            segment_offset=stored.offset,
            stored_length=stored.length,
            wrapped_key=stored.wrapped_key,
        )
    )
