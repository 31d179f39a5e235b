"""Bulk jobs: a search selected, confirmed, cancelled, its failures tried again."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts import audit, throttles
from accounts.enqueue import enqueue
from accounts.models import User
from accounts.tenancy import Actor, Permission, require_permission
from quarantine import tasks
from quarantine.bulk_jobs import NEEDS, OPEN_JOB, count_detail
from quarantine.criteria import Criteria, Show
from quarantine.errors import BulkJobVoid, TooManyJobs
from quarantine.models import BulkJob

HOUR = 3600
JOBS_PER_HOUR = 60
# Of one person, at work at a time: workers are for everybody.
OPEN_MAX = 5
Action = BulkJob.Action
State = BulkJob.State
# What can be done with all that a view of the list shows.
ACTIONS: dict[str, tuple[Action, ...]] = {
    Show.OPEN: (Action.RELEASE, Action.DISCARD),
    Show.NEW: (Action.RELEASE, Action.DISCARD),
    Show.SOON: (Action.RELEASE, Action.DISCARD),
    Show.REQUESTED: (Action.RELEASE, Action.DISCARD),
    Show.DISCARDED: (Action.UNDO,),
}


def select_all(criteria: Criteria, *, actor: Actor) -> BulkJob:
    """Keep a search for a look at all it finds; nothing happens to any of it.

    Raises BulkJobVoid where nothing can be done with what it shows, RateLimited.
    """
    require_permission(actor, Permission.VIEW_HOLDS)
    if criteria.show not in ACTIONS:
        raise BulkJobVoid(criteria.show)
    _spend(actor)
    return _keep(criteria, actor)


@transaction.atomic(durable=True)
def _keep(criteria: Criteria, actor: Actor) -> BulkJob:
    job: BulkJob = BulkJob.objects.create(
        customer_id=actor.customer_id,
        owner_id=actor.user_id,
        query=criteria.query,
        zone=str(timezone.get_current_timezone()),
        bound_at=timezone.now(),
    )
    return job


@transaction.atomic(durable=True)
def confirm_job(job: BulkJob, action: BulkJob.Action, *, actor: Actor) -> None:
    """Do it with all of them, in the background; raise BulkJobVoid, TooManyJobs.

    Who has looked at the selection confirms it: nobody answers for another's.
    """
    require_permission(actor, NEEDS[action])
    if action not in ACTIONS[Criteria.parse(job.query).show] or not job.is_waiting:
        raise BulkJobVoid(job.pk)
    _require_room(actor)
    now = timezone.now()
    mine = BulkJob.objects.visible_to(actor).filter(pk=job.pk, owner_id=actor.user_id)
    queued = mine.filter(state=State.WAITING).update(
        state=State.QUEUED, action=action, confirmed_at=now, due_at=now
    )
    if queued != 1:
        raise BulkJobVoid(job.pk)
    audit.record(actor, "bulk.start", job, what=action.value, query=job.query)
    enqueue(tasks.run_bulk_job, job.pk)


@transaction.atomic(durable=True)
def cancel_job(job: BulkJob, *, actor: Actor) -> None:
    """Leave what is still to come as it is; raise BulkJobVoid if it has ended."""
    going = BulkJob.objects.visible_to(actor).filter(pk=job.pk, state__in=OPEN_JOB)
    ended = {"state": State.CANCELLED, "finished_at": timezone.now(), "due_at": None}
    if going.update(**ended) != 1:
        raise BulkJobVoid(job.pk)
    job.refresh_from_db()
    audit.record(actor, "bulk.cancel", job, **count_detail(job))


def retry_job(job: BulkJob, *, actor: Actor) -> BulkJob:
    """Try once more what failed of a job of releases.

    What is unsure is left: it may have arrived. Raises BulkJobVoid, RateLimited,
    TooManyJobs.
    """
    require_permission(actor, NEEDS[Action.RETRY])
    if not job.is_release or job.is_open:
        raise BulkJobVoid(job.pk)
    _spend(actor)
    return _begin_retry(job, actor)


@transaction.atomic(durable=True)
def _begin_retry(job: BulkJob, actor: Actor) -> BulkJob:
    _require_room(actor)
    now = timezone.now()
    again: BulkJob = BulkJob.objects.create(
        customer_id=actor.customer_id,
        owner_id=actor.user_id,
        action=Action.RETRY,
        state=State.QUEUED,
        query=job.query,
        zone=job.zone,
        retry_of=job,
        confirmed_at=now,
        due_at=now,
    )
    detail = {"what": again.action, "query": job.query, "retry_of": str(job.pk)}
    audit.record(actor, "bulk.start", again, **detail)
    enqueue(tasks.run_bulk_job, again.pk)
    return again


def _require_room(actor: Actor) -> None:
    # One after the other, or as many tabs pass the limit together.
    User.objects.select_for_update().only("pk").get(pk=actor.user_id)
    mine = BulkJob.objects.filter(customer_id=actor.customer_id, state__in=OPEN_JOB)
    if mine.filter(owner_id=actor.user_id).count() >= OPEN_MAX:
        raise TooManyJobs(actor.user_id)


def _spend(actor: Actor) -> None:
    throttles.spend("bulk", str(actor.user_id), limit=JOBS_PER_HOUR, seconds=HOUR)
