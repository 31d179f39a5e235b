"""Release on the worker's side: second claim, one try on the wire, the record of it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from accounts.tenancy import TenantQuerySet
from quarantine.errors import ClaimLost
from quarantine.handover import Handover, hand_over
from quarantine.models import Hold, ReleaseAttempt
from quarantine.next_hop import NextHop, find_next_hop
from quarantine.parcel import Parcel
from quarantine.states import Stage, State, states_before

logger = logging.getLogger(__name__)

Outcome = ReleaseAttempt.Outcome
# Above the limit of one handover, below the time after which a worker counts as lost.
SOFT_SECONDS, HARD_SECONDS = 840, 870
SWEEP_MAX = 500
REPLY_TEXT_MAX = 4000

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
    parcel = Parcel(hold, started_at, lambda: _mark_ending(hold, started_at))
    result = hand_over(parcel, hop)
    _record(hold, started_at, hop, result)
    logger.info("hold %s: release %s", hold_id, result.outcome.value)


def list_due(now: datetime) -> list[Hold]:
    """Return holds whose release is due and at which no worker is."""
    due = Q(next_attempt_at=None) | Q(next_attempt_at__lte=now)
    waiting = Hold.objects.filter(due, state=State.RELEASING, started_at=None)
    return list(waiting.order_by("next_attempt_at", "pk")[:SWEEP_MAX])


def give_up_lost(now: datetime) -> int:
    """End what a worker began and never ended; return how many.

    Without the end of data nothing was delivered, and `_mark_ending` keeps the old
    worker from it: it is tried again. After it nobody knows: unsure, a person decides.
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
    return bool(free.update(started_at=started_at, ending_at=None))


def _mark_ending(hold: Hold, started_at: datetime) -> None:
    """Note that the end of data goes out now; raise ClaimLost if it must not."""
    mine = Hold.objects.filter(pk=hold.pk, started_at=started_at, ending_at=None)
    if not mine.filter(state=State.RELEASING).update(ending_at=timezone.now()):
        raise ClaimLost(hold.pk)


@transaction.atomic(durable=True)
def _record(hold: Hold, started_at: datetime, hop: NextHop, result: Handover) -> None:
    finished_at = timezone.now()
    # `started_at` is the claim's own mark: whoever claimed later has another one.
    mine = Hold.objects.filter(pk=hold.pk, started_at=started_at)
    _settle(hold, mine, result.outcome, finished_at, is_final=result.is_final)
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
        reply_text=reply.text[:REPLY_TEXT_MAX] if reply else "",
        queue_id=reply.queue_id if reply and reply.is_positive else "",
        tls_version=result.tls_version,
        altered=result.altered,
        failed_stage=result.stage[:32],
        transcript=result.transcript.as_json(),
    )


@transaction.atomic(durable=True)
def _give_up(hold: Hold, now: datetime) -> bool:
    claim = Hold.objects.filter(pk=hold.pk, started_at=hold.started_at)
    is_ending = hold.ending_at is not None
    mine = claim.filter(state=State.RELEASING, ending_at=hold.ending_at)
    outcome = Outcome.UNSURE if is_ending else Outcome.UNREACHED
    if not _settle(hold, mine, outcome, now, is_final=is_ending):
        return False
    hop = find_next_hop(hold.domain)
    ReleaseAttempt.objects.create(
        customer_id=hold.customer_id,
        hold=hold,
        number=_next_number(hold),
        started_at=hold.started_at or now,
        finished_at=now,
        outcome=outcome,
        next_hop=str(hop)[:300],
        is_own_relay=hop.is_own_relay,
        failed_stage=Stage.WORKER_LOST,
    )
    logger.warning("hold %s: worker lost while releasing", hold.pk)
    return True


def _settle(
    hold: Hold,
    mine: TenantQuerySet,
    outcome: Outcome,
    now: datetime,
    *,
    is_final: bool,
) -> bool:
    """Move the hold to its state, or let it wait for the next try; say if it was ours.

    Needs the transaction in which the attempt is written.
    """
    counted = {"attempts_count": F("attempts_count") + 1}
    retry_after = None if is_final else _retry_after(hold)
    if retry_after is not None:
        due = {"started_at": None, "next_attempt_at": now + retry_after}
        return bool(mine.filter(state=State.RELEASING).update(**due, **counted))
    after = _FINAL_STATES.get(outcome, State.FAILED)
    # A sweep may have called it unsure meanwhile; the truth may still correct it.
    before = mine.filter(state__in=states_before(after))
    return bool(before.update(state=after, next_attempt_at=None, **counted))


def _retry_after(hold: Hold) -> timedelta | None:
    """Return how long to wait for the next try, None when they are used up."""
    since = hold.decided_at or hold.received_at
    tried = hold.attempts.filter(started_at__gte=since).count()
    delays = settings.RELEASE_RETRY_SECONDS
    return timedelta(seconds=delays[tried]) if tried < len(delays) else None


def _next_number(hold: Hold) -> int:
    last = hold.attempts.aggregate(last=Max("number"))["last"]
    return (last or 0) + 1
