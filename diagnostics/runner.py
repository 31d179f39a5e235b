"""One probe from start to end, each evidence saved as it comes; and the sweep."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from diagnostics import slips, targets, turns
from diagnostics.checks.evidence import Emit
from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.checks.run import run_checks
from diagnostics.domain_runs import run_about_domain
from diagnostics.errors import PasswordLost, ProbeGone, TargetBusy
from diagnostics.models import Evidence, Probe
from diagnostics.passwords import unseal_password
from diagnostics.stored_verdicts import judge_stored
from diagnostics.verdicts.scene import SERVER

logger = logging.getLogger(__name__)

# A queued probe is sent again after that long; one with a password is given up instead.
RESEND_SECONDS = 30
PASSWORD_WAIT_SECONDS = 60
# In line it comes back by itself; what is sealed opens no longer than five minutes.
PASSWORD_IN_LINE_SECONDS = 240
GIVE_UP_SECONDS = 3600
# Whose worker died is run again so often in all, unless it has a password.
RUNS_MOST = 3


def run_probe(
    customer_id: UUID, probe_id: UUID, sealed_password: str = ""
) -> Probe | None:
    """Run a queued probe, or who is before it in line; return which, None for none.

    A redelivered or expired one is left alone, and one that has no place stays queued.
    """
    probe = turns.take_turn(customer_id, probe_id)
    if probe is None:
        logger.info("probe %s waits no more, or in line", probe_id)
        return None
    try:
        _run(probe, sealed_password)
    except ProbeGone:
        logger.info("probe %s was ended by somebody else", probe.pk)
    except TargetBusy:
        logger.info("probe %s is back in line", probe.pk)
    except PasswordLost:
        _end(probe, Probe.State.EXPIRED, Probe.Note.PASSWORD_LOST)
    except SoftTimeLimitExceeded:
        _end(probe, Probe.State.EXPIRED, Probe.Note.WORKER_LOST)
    except Exception:
        _end(probe, Probe.State.FAILED, Probe.Note.INTERNAL)
        raise
    return probe


def _run(probe: Probe, sealed_password: str) -> None:
    if probe.runs > 1:
        _forget_last_run(probe)
    ordinal = 0

    def save(found: Observation) -> None:
        nonlocal ordinal
        ordinal += 1
        save_evidence(probe, ordinal, found)

    if probe.kind == Probe.Kind.OUTBOUND:
        _run_outbound(probe, sealed_password, save)
    else:
        run_about_domain(probe, save)
        _end(probe, Probe.State.FINISHED, "")


def _run_outbound(probe: Probe, sealed_password: str, save: Emit) -> None:
    password = None
    if probe.has_password:
        password = unseal_password(sealed_password, probe_id=probe.pk)
    target = targets.make_target(probe, password=password)

    def save_explained(seen: Observation) -> None:
        slips.explain(probe, seen, password)
        save(seen)

    found = run_checks(target, save_explained)
    tried = [item.facts.get("error") for item in found if item.check == "tcp"]
    if tried and set(tried) == {"not-allowed"}:
        _end(probe, Probe.State.FAILED, Probe.Note.TARGET_REFUSED)
        return
    causes = judge_stored(probe)
    first = causes[0].slug if causes else ""
    _end(probe, Probe.State.FINISHED, "", first_cause=first)


@transaction.atomic(durable=True)
def _forget_last_run(probe: Probe) -> None:
    """Delete what a worker that died had found: two halves are no whole."""
    Evidence.objects.filter(probe=probe, vantage=SERVER).delete()


def find_next(customer_id: UUID) -> UUID | None:
    """Return the customer's check of a domain whose turn it is, None while one runs."""
    if _running_now(customer_id, timezone.now()).exists():
        return None
    waiting = turns.about_domains().filter(
        customer_id=customer_id, state=Probe.State.QUEUED
    )
    first: UUID | None = (
        waiting.order_by("created_at").values_list("pk", flat=True).first()
    )
    return first


def _running_now(customer_id: UUID, now: datetime) -> QuerySet[Probe]:
    return turns.about_domains().filter(
        customer_id=customer_id, state=Probe.State.RUNNING, lease_until__gt=now
    )


def _running(probe: Probe) -> QuerySet[Probe]:
    """Return the row while it is still this worker's."""
    return Probe.objects.filter(
        pk=probe.pk, state=Probe.State.RUNNING, started_at=probe.started_at
    )


@transaction.atomic(durable=True)
def save_evidence(probe: Probe, ordinal: int, found: Observation) -> None:
    """Keep one observation; raise ProbeGone if the probe has ended meanwhile."""
    # An update that changes nothing locks the row: the sweep waits for this evidence.
    if not _running(probe).update(state=Probe.State.RUNNING):
        raise ProbeGone(probe.pk)
    place = {"customer_id": probe.customer_id, "probe": probe, "ordinal": ordinal}
    Evidence.of(found, **place).save(force_insert=True)


@transaction.atomic(durable=True)
def _end(probe: Probe, state: str, note: str, *, first_cause: str = "") -> None:
    ended = _running(probe).update(
        state=state,
        note=note,
        first_cause=first_cause,
        finished_at=timezone.now(),
    )
    if not ended:
        logger.info("probe %s had ended before", probe.pk)


@transaction.atomic(durable=True)
def expire_lost() -> int:
    """Put back or end what no worker will finish; return how many. Evidence stays.

    Back in line goes what can be run again: a log-in is tried once, whatever happens.
    """
    now = timezone.now()
    running = Probe.objects.filter(state=Probe.State.RUNNING, lease_until__lt=now)
    put_back = running.filter(has_password=False, runs__lt=RUNS_MOST).update(
        state=Probe.State.QUEUED,
        started_at=None,
        lease_until=None,
        # The same sweep sends it.
        sent_at=now - timedelta(seconds=2 * RESEND_SECONDS),
    )
    queued = Probe.objects.filter(state=Probe.State.QUEUED)
    return (
        put_back
        + _expire(running, Probe.Note.WORKER_LOST, now)
        + _expire(
            queued.filter(_waited_too_long(now), has_password=True),
            Probe.Note.PASSWORD_LOST,
            now,
        )
        + _expire(
            queued.filter(created_at__lt=now - timedelta(seconds=GIVE_UP_SECONDS)),
            Probe.Note.NOT_STARTED,
            now,
        )
    )


def _waited_too_long(now: datetime) -> Q:
    """Say of a probe with a password when nobody will bring that any more."""
    before = now - timedelta(seconds=PASSWORD_WAIT_SECONDS)
    is_lost = Q(deferred_at=None) | Q(deferred_at__lt=before)
    at_most = now - timedelta(seconds=PASSWORD_IN_LINE_SECONDS)
    return Q(created_at__lt=before) & is_lost | Q(created_at__lt=at_most)


def _expire(probes: QuerySet[Probe], note: str, now: datetime) -> int:
    return probes.update(state=Probe.State.EXPIRED, note=note, finished_at=now)


@transaction.atomic(durable=True)
def claim_unsent() -> list[tuple[UUID, UUID]]:
    """Return customer and id of probes to send again: the broker may have lost them.

    Whoever marks a row first sends it; one with a password cannot be sent again.
    """
    now = timezone.now()
    due = Probe.objects.filter(
        state=Probe.State.QUEUED,
        has_password=False,
        sent_at__lt=now - timedelta(seconds=RESEND_SECONDS),
    )
    return [
        (probe.customer_id, probe.pk)
        for probe in due.order_by("created_at")[:100]
        if due.filter(pk=probe.pk).update(sent_at=now)
    ]
