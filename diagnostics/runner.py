"""One probe from start to end, each evidence saved as it comes; and the sweep."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Q, QuerySet
from django.utils import timezone

from diagnostics import targets
from diagnostics.checks.evidence import Emit
from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.checks.run import run_checks
from diagnostics.domain_runs import run_about_domain
from diagnostics.errors import PasswordLost, ProbeGone
from diagnostics.models import Evidence, Probe
from diagnostics.passwords import unseal_password
from diagnostics.verdicts import judge

logger = logging.getLogger(__name__)

# A queued probe is sent again after that long; one with a password is given up instead.
RESEND_SECONDS = 30
PASSWORD_WAIT_SECONDS = 60
GIVE_UP_SECONDS = 3600


def run_probe(customer_id: UUID, probe_id: UUID, sealed_password: str = "") -> None:
    """Run a queued probe; a redelivered or expired one is left alone."""
    probe = _claim(customer_id, probe_id)
    if probe is None:
        logger.info("probe %s is not waiting any more", probe_id)
        return
    try:
        _run(probe, sealed_password)
    except ProbeGone:
        logger.info("probe %s was ended by somebody else", probe_id)
    except PasswordLost:
        _end(probe, Probe.State.EXPIRED, Probe.Note.PASSWORD_LOST)
    except SoftTimeLimitExceeded:
        _end(probe, Probe.State.EXPIRED, Probe.Note.WORKER_LOST)
    except Exception:
        _end(probe, Probe.State.FAILED, Probe.Note.INTERNAL)
        raise


def _run(probe: Probe, sealed_password: str) -> None:
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
    found = run_checks(target, save)
    tried = [item.facts.get("error") for item in found if item.check == "tcp"]
    if tried and set(tried) == {"not-allowed"}:
        _end(probe, Probe.State.FAILED, Probe.Note.TARGET_REFUSED)
        return
    causes = judge(found)
    first = causes[0].slug if causes else ""
    _end(probe, Probe.State.FINISHED, "", first_cause=first)


@transaction.atomic(durable=True)
def _claim(customer_id: UUID, probe_id: UUID) -> Probe | None:
    """Take the probe for this worker, None if it is not waiting or not its turn.

    Of a customer's checks of domains one runs at a time: name servers and next hops are
    theirs, and slow ones must not hold the workers of all.
    """
    now = timezone.now()
    mine = Probe.objects.filter(pk=probe_id, customer_id=customer_id)
    others = Exists(_running_now(customer_id, now))
    free = mine.filter(~others | Q(kind=Probe.Kind.OUTBOUND))
    claimed = free.filter(state=Probe.State.QUEUED).update(
        state=Probe.State.RUNNING,
        started_at=now,
        lease_until=now + timedelta(seconds=settings.PROBE_SECONDS),
    )
    return mine.select_related("scanner", "domain").get() if claimed else None


def find_next(customer_id: UUID) -> UUID | None:
    """Return the customer's check of a domain whose turn it is, None while one runs."""
    if _running_now(customer_id, timezone.now()).exists():
        return None
    waiting = _about_domains(customer_id).filter(state=Probe.State.QUEUED)
    first: UUID | None = (
        waiting.order_by("created_at").values_list("pk", flat=True).first()
    )
    return first


def _running_now(customer_id: UUID, now: datetime) -> QuerySet[Probe]:
    return _about_domains(customer_id).filter(
        state=Probe.State.RUNNING, lease_until__gt=now
    )


def _about_domains(customer_id: UUID) -> QuerySet[Probe]:
    found: QuerySet[Probe] = Probe.objects.filter(customer_id=customer_id)
    return found.exclude(kind=Probe.Kind.OUTBOUND)


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
    Evidence.objects.create(
        customer_id=probe.customer_id,
        probe=probe,
        ordinal=ordinal,
        check_name=found.check,
        subject=found.subject[:300],
        status=found.status,
        duration_seconds=found.duration_seconds,
        facts=found.facts,
        transcript=found.transcript,
    )


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
    """End what no worker will finish; return how many. Evidence stays."""
    now = timezone.now()
    running = Probe.objects.filter(state=Probe.State.RUNNING, lease_until__lt=now)
    queued = Probe.objects.filter(state=Probe.State.QUEUED)
    return (
        _expire(running, Probe.Note.WORKER_LOST, now)
        + _expire(
            queued.filter(
                has_password=True,
                created_at__lt=now - timedelta(seconds=PASSWORD_WAIT_SECONDS),
            ),
            Probe.Note.PASSWORD_LOST,
            now,
        )
        + _expire(
            queued.filter(created_at__lt=now - timedelta(seconds=GIVE_UP_SECONDS)),
            Probe.Note.NOT_STARTED,
            now,
        )
    )


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
