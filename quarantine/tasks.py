"""What the quarantine does later: the post slot."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task
from celery.signals import worker_process_shutdown
from django.utils import timezone

from accounts.enqueue import count_waiting, enqueue
from quarantine import (
    asking,
    bulk_jobs,
    carrying,
    day_counts,
    extending,
    learning,
    reinjection,
    retention,
    sender_list,
    sightings,
)
from quarantine.digests import making as digests
from quarantine.digests import readers as digest_readers
from quarantine.models import Hold
from quarantine.sessions import pool

# No next hop shall wait for a worker that is gone.
worker_process_shutdown.connect(pool.close_all)


@shared_task(
    name="quarantine.reinject",
    acks_late=True,
    soft_time_limit=reinjection.SOFT_SECONDS,
    time_limit=reinjection.HARD_SECONDS,
)
def reinject(customer_id: str, hold_id: str) -> None:
    """Hand a claimed hold to its next hop; harmless when delivered twice."""
    reinjection.reinject(customer_id, hold_id)


@shared_task(name="quarantine.sweep", soft_time_limit=50, time_limit=60)
def sweep() -> None:
    """Send what is due once more, and end what a lost worker left behind."""
    now = timezone.now()
    reinjection.give_up_lost(now)
    # What waits already is not sent again: it would only wait behind itself.
    if count_waiting() < reinjection.SWEEP_MAX:
        for hold in reinjection.list_due(now):
            _wake(hold)
    for job_id in bulk_jobs.list_due(now):
        enqueue(run_bulk_job, job_id)
    bulk_jobs.forget_old(now)


@shared_task(name="quarantine.bulk", soft_time_limit=50, time_limit=60)
def run_bulk_job(job_id: str) -> None:
    """Do a slice of a bulk job and come back; harmless when delivered twice."""
    pause = bulk_jobs.work(job_id, _wake)
    if pause is not None:
        enqueue(run_bulk_job, job_id, countdown=pause)


def _wake(hold: Hold) -> None:
    enqueue(reinject, hold.customer_id, hold.pk)


@shared_task(name="quarantine.expire", soft_time_limit=250, time_limit=280)
def expire() -> None:
    """End what is past its day: holds, told rows, segments; carry on what is kept."""
    now = timezone.now()
    extending.extend_all(now)
    retention.end_holds(now)
    retention.delete_told(now)
    retention.unlink_segments(now)
    retention.unlink_orphans()
    carrying.carry_on(now)
    sender_list.forget_removed(now)


@shared_task(name="quarantine.count_days", soft_time_limit=550, time_limit=580)
def count_days() -> None:
    """Count what was held and released today and in the days before."""
    day_counts.count_recent()


@shared_task(name="quarantine.sight", soft_time_limit=200, time_limit=210)
def sight() -> None:
    """Propose addresses that mail came for, and settle those newly entered."""
    sightings.propose_addresses()
    sightings.settle_addresses()


@shared_task(name="quarantine.tell", soft_time_limit=50, time_limit=60)
def tell() -> None:
    """Have the digests made whose slot has come, and forget old ones."""
    now = timezone.now()
    for due in digest_readers.list_due(now, at_most=digest_readers.PER_RUN):
        slot = due.slot_at.isoformat()
        enqueue(make_digest, due.customer_id, due.user_id, slot)
    digests.forget_old(now)


@shared_task(name="quarantine.make_digest", soft_time_limit=50, time_limit=60)
def make_digest(customer_id: str, user_id: str, slot_at: str) -> None:
    """Make one person's digest; harmless when delivered twice."""
    slot = datetime.fromisoformat(slot_at)
    digests.make(customer_id, user_id, slot, now=timezone.now())


@shared_task(
    name="quarantine.learn",
    acks_late=True,
    soft_time_limit=learning.SOFT_SECONDS,
    time_limit=learning.HARD_SECONDS,
)
def learn(customer_id: str, report_id: str) -> None:
    """Tell the filter what a person says of a message; harmless when done twice."""
    learning.learn(customer_id, report_id)


@shared_task(name="quarantine.sweep_reports", soft_time_limit=25, time_limit=30)
def sweep_reports() -> None:
    """Send the reports whose time has come, and those a lost worker left behind."""
    now = timezone.now()
    learning.free_lost(now)
    for report in learning.list_due(now):
        enqueue(learn, report.customer_id, report.pk)


@shared_task(name="quarantine.tell_requests", soft_time_limit=50, time_limit=60)
def tell_requests() -> None:
    """Tell admins that releases are asked for, once an hour at most."""
    for customer_id in asking.list_untold():
        asking.tell_admins(customer_id, timezone.now())
