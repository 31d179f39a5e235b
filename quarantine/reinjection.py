"""Release on the worker's side: second claim, one try on the wire, the record of it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from quarantine.handover import Handover, hand_over
from quarantine.models import Hold, ReleaseAttempt
from quarantine.next_hop import NextHop, find_next_hop
from quarantine.parcel import Parcel
from quarantine.states import State, states_before

logger = logging.getLogger(__name__)

Outcome = ReleaseAttempt.Outcome
# Above the limit of one handover, below the time after which a worker counts as lost.
SOFT_SECONDS, HARD_SECONDS = 840, 870
SWEEP_MAX = 500

_FINAL_STATES = {
    Outcome.ACCEPTED: State.RELEASED,
    Outcome.UNSURE: State.UNSURE,
}


def reinject(customer_id: str, hold_id: str) -> None:
    """Hand a claimed hold to its next hop once, and record what came of it.

    Does nothing when the hold is gone, decided, waiting for its time, or taken by
    another worker: a task delivered twice delivers mail once.
    """
    started_at = timezone.now()
    if not _claim(customer_id, hold_id, started_at):
        logger.info("hold %s: nothing to release", hold_id)
        return
    hold = Hold.objects.select_related("message", "domain").get(pk=hold_id)
    hop = find_next_hop(hold.domain)
    result = hand_over(Parcel(hold, started_at), hop)
    _record(hold, started_at, hop, result)
    logger.info("hold %s: release %s", hold_id, result.outcome.value)


def list_due(now: datetime) -> list[Hold]:
    """Return holds whose release is due and at which no worker is."""
    due = Q(next_attempt_at=None) | Q(next_attempt_at__lte=now)
    waiting = Hold.objects.filter(due, state=State.RELEASING, started_at=None)
    return list(waiting.order_by("next_attempt_at", "pk")[:SWEEP_MAX])


def give_up_lost(now: datetime) -> int:
    """Mark as unsure what a worker began and never ended; return how many.

    Nobody knows how far it came: repeating could deliver twice, so a person decides.
    """
    seconds = max(settings.RELEASE_STALE_SECONDS, HARD_SECONDS)
    before = now - timedelta(seconds=seconds)
    stale = Hold.objects.filter(state=State.RELEASING, started_at__lt=before)
    holds = stale.select_related("domain").order_by("pk")[:SWEEP_MAX]
    return sum(_give_up(hold, now) for hold in holds)


def _claim(customer_id: str, hold_id: str, started_at: datetime) -> bool:
    due = Q(next_attempt_at=None) | Q(next_attempt_at__lte=started_at)
    mine = Hold.objects.filter(due, pk=UUID(hold_id), customer_id=UUID(customer_id))
    free = mine.filter(state=State.RELEASING, started_at=None)
    return bool(free.update(started_at=started_at))


@transaction.atomic(durable=True)
def _record(hold: Hold, started_at: datetime, hop: NextHop, result: Handover) -> None:
    finished_at = timezone.now()
    # `started_at` is the claim's own mark: whoever claimed later has another one.
    mine = Hold.objects.filter(pk=hold.pk, started_at=started_at)
    retry_after = None if result.is_final else _retry_after(hold)
    mine.update(attempts_count=F("attempts_count") + 1)
    if retry_after is not None:
        mine.filter(state=State.RELEASING).update(
            started_at=None, next_attempt_at=finished_at + retry_after
        )
    else:
        after = _FINAL_STATES.get(result.outcome, State.FAILED)
        # A sweep may have called it unsure meanwhile; the truth may still correct it.
        before = states_before(after)
        mine.filter(state__in=before).update(state=after, next_attempt_at=None)
    reply = result.reply
    ReleaseAttempt.objects.create(
        customer_id=hold.customer_id,
        hold=hold,
        number=_next_number(hold),
        started_at=started_at,
        finished_at=finished_at,
        outcome=result.outcome,
        next_hop=str(hop)[:300],
        next_hop_address=result.address,
        is_own_relay=hop.is_own_relay,
        reply_code=reply.code if reply else None,
        enhanced_status_code=reply.enhanced_status_code if reply else "",
        reply_text=reply.text if reply else "",
        queue_id=reply.queue_id if reply and reply.is_positive else "",
        tls_version=result.tls_version,
        altered=result.altered,
        failed_stage=result.stage[:32],
        transcript=result.transcript.as_json(),
    )


def _retry_after(hold: Hold) -> timedelta | None:
    """Return how long to wait for the next try, None when they are used up."""
    since = hold.decided_at or hold.received_at
    tried = hold.attempts.filter(started_at__gte=since).count()
    delays = settings.RELEASE_RETRY_SECONDS
    return timedelta(seconds=delays[tried]) if tried < len(delays) else None


def _next_number(hold: Hold) -> int:
    last = hold.attempts.aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


@transaction.atomic(durable=True)
def _give_up(hold: Hold, now: datetime) -> bool:
    stale = Hold.objects.filter(pk=hold.pk, started_at=hold.started_at)
    changes = {"state": State.UNSURE, "next_attempt_at": None}
    if not stale.filter(state=State.RELEASING).update(**changes):
        return False
    hop = find_next_hop(hold.domain)
    ReleaseAttempt.objects.create(
        customer_id=hold.customer_id,
        hold=hold,
        number=_next_number(hold),
        started_at=hold.started_at or now,
        finished_at=now,
        outcome=Outcome.UNSURE,
        next_hop=str(hop)[:300],
        is_own_relay=hop.is_own_relay,
        failed_stage="worker_lost",
    )
    logger.warning("hold %s: worker lost while releasing", hold.pk)
    return True
