"""What diagnostics does later: one door a task."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from accounts.enqueue import enqueue
from accounts.tasks import send_mail
from diagnostics import (
    address_lookups,
    domain_rechecks,
    monitoring,
    our_faults,
    runner,
    scanner_sessions,
    turns,
)


@shared_task(
    name="diagnostics.run_probe", soft_time_limit=25, time_limit=30, acks_late=True
)
def run_probe(customer_id: str, probe_id: str, sealed_password: str = "") -> None:
    """Run one probe; the password comes sealed and is nowhere else."""
    ran = runner.run_probe(UUID(customer_id), UUID(probe_id), sealed_password)
    if ran is not None:
        monitoring.settle(ran.pk)
        waiting = runner.find_next(ran.customer_id)
        if waiting is not None:
            enqueue(run_probe, ran.customer_id, waiting)
    for one in turns.find_wakeups(UUID(probe_id), ran):
        sealed = [sealed_password] if one.is_asked else []
        seconds = one.seconds
        enqueue(run_probe, one.customer_id, one.probe_id, *sealed, countdown=seconds)


@shared_task(name="diagnostics.look_up_run", soft_time_limit=25, time_limit=30)
def look_up_run(customer_id: str, run_id: str) -> None:
    """Look up the public address that a run of the agent came from."""
    address_lookups.look_up_run(UUID(customer_id), int(run_id))


@shared_task(name="diagnostics.sweep", soft_time_limit=25, time_limit=30)
def sweep() -> None:
    """End probes that no worker will finish and wake workers for those that wait."""
    runner.expire_lost()
    for customer_id, probe_id in runner.claim_unsent():
        enqueue(run_probe, customer_id, probe_id)


@shared_task(name="diagnostics.recheck", soft_time_limit=25, time_limit=30)
def recheck() -> None:
    """Start today's checks of domains, a few at a time."""
    for customer_id, probe_id in domain_rechecks.make_due_probes():
        enqueue(run_probe, customer_id, probe_id)


@shared_task(name="diagnostics.prune", soft_time_limit=25, time_limit=30)
def prune() -> None:
    """Forget old checks of domains, old probes, old sessions, unused targets."""
    turns.forget_unused()
    domain_rechecks.prune()
    monitoring.prune()
    scanner_sessions.prune()


@shared_task(name="diagnostics.monitor", soft_time_limit=25, time_limit=30)
def monitor() -> None:
    """Hear of probes that ended unheard, and start those of monitors that are due."""
    monitoring.settle_ended()
    for customer_id, probe_id in monitoring.start_due():
        enqueue(run_probe, customer_id, probe_id)


@shared_task(name="diagnostics.tell_faults", soft_time_limit=25, time_limit=30)
def tell_faults() -> None:
    """Tell operators of causes that probes name and that are ours."""
    for cause in our_faults.list_causes():
        for mail_id in our_faults.tell_operators(cause, timezone.now()):
            enqueue(send_mail, mail_id)
