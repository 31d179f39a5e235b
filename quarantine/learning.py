"""Reports of wrong verdicts on the worker's side: claimed, sent, tried again."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from quarantine.filter_lessons import SECONDS, Lesson, teach
from quarantine.models import VerdictReport

logger = logging.getLogger(__name__)

State = VerdictReport.State
# So long a report can be taken back.
REGRET = timedelta(minutes=2)
# Pauses after the first, second … try; the last one repeats.
PAUSES = tuple(timedelta(seconds=s) for s in (60, 300, 900, 3600, 4 * 3600))
GIVE_UP_AFTER = timedelta(days=3)
SOFT_SECONDS, HARD_SECONDS = int(SECONDS) + 30, int(SECONDS) + 40
# A worker that died: the filter may know the mail already, and then says so.
LOST_AFTER = timedelta(seconds=2 * HARD_SECONDS)
SWEEP_MAX = 200


def learn(customer_id: str, report_id: str) -> None:
    """Tell the filter of a report once, and record what it answered.

    Does nothing when the report is gone, ended, not due or in other hands.
    """
    started_at = timezone.now()
    if not _claim(customer_id, report_id, started_at):
        logger.info("report %s: nothing to tell", report_id)
        return
    report = VerdictReport.objects.select_related("hold__message").get(pk=report_id)
    lesson = teach(report.hold.message, report.says)
    _record(report, started_at, lesson)
    logger.info("report %s: %s", report_id, lesson.state)


def list_due(now: datetime) -> list[VerdictReport]:
    """Return the reports whose time has come and at which no worker is."""
    due = VerdictReport.objects.filter(
        state=State.QUEUED, started_at=None, next_attempt_at__lte=now
    )
    return list(due.order_by("next_attempt_at", "pk")[:SWEEP_MAX])


def free_lost(now: datetime) -> int:
    """Let reports wait again that a worker began and never ended; return how many."""
    lost = VerdictReport.objects.filter(
        state=State.QUEUED, started_at__lt=now - LOST_AFTER
    )
    return lost.update(started_at=None)


def _claim(customer_id: str, report_id: str, started_at: datetime) -> bool:
    mine = VerdictReport.objects.filter(
        pk=UUID(report_id), customer_id=UUID(customer_id)
    )
    free = mine.filter(
        state=State.QUEUED, started_at=None, next_attempt_at__lte=started_at
    )
    counted = F("attempts_count") + 1
    return bool(free.update(started_at=started_at, attempts_count=counted))


@transaction.atomic(durable=True)
def _record(report: VerdictReport, started_at: datetime, lesson: Lesson) -> None:
    mine = VerdictReport.objects.filter(pk=report.pk, started_at=started_at)
    now = timezone.now()
    if lesson.state != State.QUEUED:
        mine.update(
            state=lesson.state,
            problem=lesson.problem,
            reply=lesson.reply,
            started_at=None,
            finished_at=now,
        )
    elif now - report.created_at > GIVE_UP_AFTER:
        mine.update(
            state=State.FAILED,
            problem=VerdictReport.Problem.GIVEN_UP,
            reply=lesson.reply,
            started_at=None,
            finished_at=now,
        )
    else:
        pause = PAUSES[min(report.attempts_count, len(PAUSES)) - 1]
        mine.update(started_at=None, next_attempt_at=now + pause, reply=lesson.reply)
