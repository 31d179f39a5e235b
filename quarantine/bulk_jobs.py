"""Works a bulk job off: gathers its holds, decides them chunk by chunk, in slices.

A slice holds a lease on the job (`due_at`), renewed in the transaction of each chunk: a
worker that was killed is followed by another, one that was slow stops. Releases begin
only as fast as those before them leave, so that nobody else's release waits long.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts import audit
from accounts.models import Membership
from accounts.models.people import make_actor
from accounts.tenancy import Actor, Permission
from quarantine import moves
from quarantine.access.rights import Rights, get_rulebook
from quarantine.models import BulkJob, BulkJobItem, Hold
from quarantine.places import Cursor, older_than
from quarantine.selection import list_selected
from quarantine.states import OPEN, State

logger = logging.getLogger(__name__)

Action = BulkJob.Action
Outcome = BulkJobItem.Outcome
Stop = BulkJob.Stop
OPEN_JOB = (BulkJob.State.QUEUED, BulkJob.State.RUNNING)
# What one transaction touches.
CHUNK = 25
GATHER_STEP = 1000
# What one job takes on; the page says so when more would have matched.
HOLDS_MAX = 100_000
# Releases of the customer on their way at a time: as many may stand before anybody's.
IN_FLIGHT_MAX = 50
SLICE = timedelta(seconds=20)
LEASE = timedelta(seconds=90)
PAUSE_SECONDS = 1.0
LOST_AFTER = timedelta(seconds=10)
KEPT = timedelta(days=30)
FORGOTTEN_PER_RUN = 5
NEEDS: dict[str, Permission] = {
    Action.RELEASE: Permission.RELEASE,
    Action.RETRY: Permission.RELEASE,
    Action.DISCARD: Permission.DISCARD,
    Action.UNDO: Permission.DISCARD,
}
Wake = Callable[[Hold], None]


class Step(Enum):
    """What a step leaves to do."""

    GO_ON = "go_on"
    WAIT = "wait"
    END = "end"


def work(job_id: UUID | str, wake: Wake) -> float | None:
    """Do a slice of the job; return after how many seconds the next is due.

    None: there is nothing to come, or somebody else has it. `wake` is called for each
    hold that waits for its release, inside the transaction.
    """
    job = _claim(job_id)
    if job is None:
        logger.info("bulk job %s is gone, taken or over", job_id)
        return None
    ends_at = timezone.now() + SLICE
    step = Step.GO_ON
    while step is Step.GO_ON and timezone.now() < ends_at:
        step = _do_step(job, wake)
    return None if step is Step.END else _put_off(job)


def list_due(now: datetime) -> list[UUID]:
    """Return the jobs that no worker has come back to."""
    lost = BulkJob.objects.filter(state__in=OPEN_JOB, due_at__lt=now - LOST_AFTER)
    return list(lost.order_by("due_at").values_list("pk", flat=True)[:20])


def forget_old(now: datetime) -> int:
    """Delete what nobody confirmed, and what ended long ago; return how many jobs."""
    waiting = BulkJob.objects.filter(
        state=BulkJob.State.WAITING, created_at__lt=now - timedelta(days=1)
    )
    ended = BulkJob.objects.filter(finished_at__lt=now - KEPT)
    old = [
        pk
        for jobs in (waiting, ended)
        for pk in jobs.values_list("pk", flat=True)[:FORGOTTEN_PER_RUN]
    ]
    BulkJobItem.objects.filter(job_id__in=old).delete()
    BulkJob.objects.filter(pk__in=old).delete()
    return len(old)


def find_owner(job: BulkJob) -> Actor | None:
    """Return who began the job as what they are now; None if they have left."""
    membership = Membership.objects.filter(
        user_id=job.owner_id,
        customer_id=job.customer_id,
        user__is_active=True,
        customer__is_active=True,
    ).first()
    return None if membership is None else make_actor(membership)


@transaction.atomic(durable=True)
def _claim(job_id: UUID | str) -> BulkJob | None:
    now = timezone.now()
    free = BulkJob.objects.filter(pk=job_id, state__in=OPEN_JOB, due_at__lte=now)
    started = Coalesce(F("started_at"), now)
    claimed = free.update(
        state=BulkJob.State.RUNNING, due_at=now + LEASE, started_at=started
    )
    if claimed != 1:
        return None
    job: BulkJob = BulkJob.objects.get(pk=job_id)
    return job


def _renew(job: BulkJob) -> bool:
    """Keep the lease for another while; False if it is somebody else's, or over.

    The row stays locked until the transaction ends: nobody cancels half a chunk.
    """
    due_at = timezone.now() + LEASE
    mine = BulkJob.objects.filter(
        pk=job.pk, state=BulkJob.State.RUNNING, due_at=job.due_at
    )
    if mine.update(due_at=due_at) != 1:
        return False
    job.due_at = due_at
    return True


@transaction.atomic(durable=True)
def _put_off(job: BulkJob) -> float | None:
    mine = BulkJob.objects.filter(
        pk=job.pk, state=BulkJob.State.RUNNING, due_at=job.due_at
    )
    due_at = timezone.now() + timedelta(seconds=PAUSE_SECONDS)
    return PAUSE_SECONDS if mine.update(due_at=due_at) else None


@transaction.atomic(durable=True)
def _do_step(job: BulkJob, wake: Wake) -> Step:
    if not _renew(job):
        return Step.END
    actor = find_owner(job)
    if actor is None or not actor.can(NEEDS[job.action]):
        return _stop(job, Stop.MEMBERSHIP)
    if job.gathered_at is None:
        return _gather(job, actor)
    if job.is_release and _is_crowded(job):
        return Step.WAIT
    return _decide(job, actor, wake)


def _gather(job: BulkJob, actor: Actor) -> Step:
    """Take down the next holds of the search, in the order of the list."""
    place = Cursor.parse(job.gathered_to)
    found = list_selected(job, actor)
    if place is not None:
        found = found.filter(older_than(place))
    ordered = found.only("pk", "received_at").order_by("-received_at", "-id")
    holds = list(ordered[: min(GATHER_STEP, HOLDS_MAX - job.total_count)])
    BulkJobItem.objects.bulk_create(
        BulkJobItem(customer_id=job.customer_id, job_id=job.pk, hold_id=hold.pk)
        for hold in holds
    )
    job.total_count += len(holds)
    if holds:
        job.gathered_to = str(Cursor.of(holds[-1]))
    if len(holds) < GATHER_STEP:
        job.gathered_at = timezone.now()
    job.save(update_fields=["total_count", "gathered_to", "gathered_at"])
    return Step.GO_ON


def _is_crowded(job: BulkJob) -> bool:
    """Say whether enough releases of the customer are under way; no later tries."""
    leaving = Hold.objects.filter(
        customer_id=job.customer_id, state=State.RELEASING, next_attempt_at=None
    )
    return leaving.order_by()[:IN_FLIGHT_MAX].count() >= IN_FLIGHT_MAX


def _decide(job: BulkJob, actor: Actor, wake: Wake) -> Step:
    """Decide the next holds, by key: two jobs over the same ones never lock up."""
    pending = BulkJobItem.objects.filter(job_id=job.pk, outcome=Outcome.PENDING)
    items = list(pending.select_related("hold").order_by("hold_id")[:CHUNK])
    if not items:
        return _finish(job, actor)
    rulebook = get_rulebook(actor)
    rights = [rulebook.rights(item.hold) for item in items]
    if not all(right.can_act for right in rights):
        return _stop(job, Stop.RIGHT)
    became: dict[str, list[int]] = {}
    for item, right in zip(items, rights, strict=True):
        outcome = _decide_one(job, item.hold, right, actor)
        if outcome == Outcome.DONE and job.is_release:
            wake(item.hold)
        became.setdefault(outcome, []).append(item.pk)
    for told, keys in became.items():
        BulkJobItem.objects.filter(pk__in=keys).update(outcome=told)
        name = f"{told}_count"
        BulkJob.objects.filter(pk=job.pk).update(**{name: F(name) + len(keys)})
    return Step.GO_ON


def _decide_one(job: BulkJob, hold: Hold, rights: Rights, actor: Actor) -> Outcome:
    # What one must confirm to know goes alone, never with many.
    is_free = rights.can_release and not rights.needs_confirmation
    if job.is_release and not is_free:
        return Outcome.RESERVED
    told = {"job": str(job.pk)}
    match job.action:
        case Action.RELEASE:
            is_done = moves.release(hold, actor=actor, before=OPEN, **told)
        case Action.RETRY:
            before = (State.FAILED,)
            is_done = moves.release(hold, actor=actor, before=before, **told)
        case Action.DISCARD:
            is_done = moves.discard(hold, actor=actor, **told)
        case _:
            is_done = moves.undo(hold, actor=actor, **told)
    return Outcome.DONE if is_done else Outcome.TAKEN


def _finish(job: BulkJob, actor: Actor) -> Step:
    _end(job, BulkJob.State.FINISHED)
    audit.record(actor, "bulk.end", job, **count_detail(job))
    return Step.END


def _stop(job: BulkJob, why: Stop) -> Step:
    _end(job, BulkJob.State.FAILED, stop=why)
    audit.record_event(
        "bulk.stop",
        job,
        user_id=job.owner_id,
        customer_id=job.customer_id,
        detail=count_detail(job) | {"why": why.value},
    )
    return Step.END


def _end(job: BulkJob, state: BulkJob.State, **changes: str) -> None:
    ended = {"state": state, "finished_at": timezone.now(), "due_at": None}
    BulkJob.objects.filter(pk=job.pk).update(**ended, **changes)
    job.refresh_from_db()


def count_detail(job: BulkJob) -> dict[str, object]:
    """Return what the audit log keeps of a job: the search and counts, no subjects."""
    return {
        "what": job.action,
        "query": job.query,
        "total": job.total_count,
        "done": job.done_count,
        "taken": job.taken_count,
        "reserved": job.reserved_count,
    }
