"""Monitors at work: which are due, what came of their probes, who is told, what goes.

The row is the truth: a beat that was missed, however often, makes one probe.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone, translation

from accounts.access.people import list_admins
from accounts.actions.history import put_mail
from accounts.identifiers import uuid7
from accounts.models.people import today
from diagnostics.access.probes import find_scanner
from diagnostics.domain_probes import draw_nonce
from diagnostics.models import (
    Case,
    Monitor,
    MonitorChange,
    MonitorDay,
    MonitorMail,
    Probe,
)
from diagnostics.monitor_states import state_of
from diagnostics.monitor_wording import state_texts, subject_text

# A state that differs is believed, and told, once a second run has seen it as well.
CONFIRM_AFTER = timedelta(minutes=2)
STARTED_AT_ONCE = 200
PRUNED_AT_ONCE = 500
# What the picture and its table reach back, and how many changes are kept of each.
DAYS_KEPT = 400
CHANGES_KEPT = 200


def start_due() -> list[tuple[UUID, UUID]]:
    """Make a probe for each monitor that is due; return customer and id of each."""
    now = timezone.now()
    due = _due(now).order_by("next_run_at")[:STARTED_AT_ONCE]
    made = [_start(monitor, now) for monitor in due.select_related("domain")]
    return [(probe.customer_id, probe.pk) for probe in made if probe is not None]


def _due(now: datetime) -> QuerySet[Monitor]:
    is_hop = Q(
        domain__removed_at=None,
        domain__verified_at__isnull=False,
        domain__next_hop_host__gt="",
    )
    can_run = is_hop if find_scanner() is None else is_hop | Q(domain=None)
    found: QuerySet[Monitor] = Monitor.objects.filter(
        can_run,
        is_on=True,
        awaited=None,
        next_run_at__lte=now,
        customer__is_active=True,
    )
    return found


@transaction.atomic(durable=True)
def _start(monitor: Monitor, now: datetime) -> Probe | None:
    """Make its probe, None if somebody was first."""
    probe_id = uuid7()
    mine = Monitor.objects.filter(
        pk=monitor.pk, is_on=True, awaited=None, next_run_at__lte=now
    )
    following = _following(monitor, now)
    if not mine.update(awaited=probe_id, next_run_at=following):
        return None
    asked: dict[str, object] = {"kind": Probe.Kind.OUTBOUND, "scanner": find_scanner()}
    if monitor.domain is not None:
        asked = {
            "kind": Probe.Kind.NEXT_HOP,
            "domain": monitor.domain,
            "test_recipient": _test_recipient(monitor),
            "configured_host": monitor.domain.next_hop_host,
            "configured_port": monitor.domain.next_hop_port,
        }
    probe: Probe = Probe.objects.create(
        id=probe_id,
        customer_id=monitor.customer_id,
        monitor=monitor,
        nonce=draw_nonce(),
        **asked,
    )
    return probe


def _following(monitor: Monitor, now: datetime) -> datetime:
    """Return the next time after now, on the monitor's own minute."""
    interval = timedelta(minutes=monitor.interval)
    missed = (now - monitor.next_run_at) // interval
    following: datetime = monitor.next_run_at + (missed + 1) * interval
    return following


def _test_recipient(monitor: Monitor) -> str:
    """Return the address a person named last; every domain has a postmaster."""
    tried = Probe.objects.filter(domain=monitor.domain, kind=Probe.Kind.NEXT_HOP)
    last = tried.filter(monitor=None).order_by("-created_at").first()
    if last is not None:
        return str(last.test_recipient)
    return f"postmaster@{monitor.domain.name}" if monitor.domain else ""


def settle_ended() -> int:
    """Count the probes that have ended for their monitor; return how many."""
    awaiting = Monitor.objects.filter(awaited__isnull=False)
    probes = Probe.objects.filter(pk=OuterRef("awaited"))
    # A domain or a customer took its probes along.
    awaiting.filter(~Exists(probes)).update(awaited=None)
    ended = Probe.objects.filter(monitor__awaited=F("pk")).exclude(
        state__in=Probe.UNFINISHED
    )
    return sum(settle(pk) for pk in ended.values_list("pk", flat=True)[:1000])


@transaction.atomic(durable=True)
def settle(probe_id: UUID) -> bool:
    """Let the monitor hear of its probe's end, once; nothing for other probes."""
    probes = Probe.objects.select_related("scanner").prefetch_related("evidence")
    probe = probes.filter(pk=probe_id, monitor__isnull=False).first()
    if probe is None or not probe.is_final:
        return False
    mine = Monitor.objects.filter(pk=probe.monitor_id, awaited=probe.pk)
    if not mine.update(awaited=None):
        return False
    monitor = Monitor.objects.select_related("domain").get(pk=probe.monitor_id)
    state = state_of(probe)
    if state:
        _count(monitor, probe, state)
        _compare(monitor, probe, state)
    elif probe.note == Probe.Note.WORKER_LOST:
        _run_soon(monitor)
    monitor.save(
        update_fields=["state", "since", "pending", "checked_at", "next_run_at"]
    )
    return True


def _count(monitor: Monitor, probe: Probe, state: str) -> None:
    monitor.checked_at = probe.finished_at
    day, _made = MonitorDay.objects.get_or_create(
        customer_id=monitor.customer_id, monitor=monitor, day=today()
    )
    disturbed = int(state != Monitor.HEALTHY)
    MonitorDay.objects.filter(pk=day.pk).update(
        runs=F("runs") + 1, disturbed=F("disturbed") + disturbed
    )


def _compare(monitor: Monitor, probe: Probe, state: str) -> None:
    """Believe what is new when a second run says so, or says something as bad."""
    both_bad = monitor.pending not in {"", Monitor.HEALTHY} and state != Monitor.HEALTHY
    is_first_and_well = not monitor.state and state == Monitor.HEALTHY
    if state == monitor.state:
        monitor.pending = ""
    elif monitor.pending == state or both_bad or is_first_and_well:
        _change(monitor, probe, state)
    else:
        monitor.pending = state
        _run_soon(monitor)


def _run_soon(monitor: Monitor) -> None:
    monitor.next_run_at = min(monitor.next_run_at, timezone.now() + CONFIRM_AFTER)


def _change(monitor: Monitor, probe: Probe, state: str) -> None:
    is_first_and_well = not monitor.state and state == Monitor.HEALTHY
    at = probe.finished_at or timezone.now()
    monitor.state, monitor.since, monitor.pending = state, at, ""
    MonitorChange.objects.create(
        customer_id=monitor.customer_id,
        monitor=monitor,
        state=state,
        at=at,
        probe=probe,
    )
    if not is_first_and_well:
        _tell(monitor, probe)


def _tell(monitor: Monitor, probe: Probe) -> None:
    """Put one mail for each admin who wants it, in that person's language."""
    wanting = MonitorMail.objects.filter(customer_id=monitor.customer_id)
    readers = list_admins(monitor.customer_id).filter(
        pk__in=wanting.values_list("user_id", flat=True)
    )
    for reader in readers.order_by("pk"):
        with translation.override(reader.language or settings.LANGUAGE_CODE):
            found, remedy = state_texts(monitor.state, probe)
            put_mail(
                reader,
                "monitor_changed",
                customer_id=str(monitor.customer_id),
                monitor_id=str(monitor.pk),
                subject=subject_text(monitor),
                found=found,
                remedy=remedy,
                healthy="yes" if monitor.is_healthy else "",
            )


@transaction.atomic(durable=True)
def prune() -> int:
    """Forget old probes of monitors, days and changes in part; return how many."""
    before = timezone.now() - timedelta(days=settings.MONITOR_HISTORY_DAYS)
    shown = MonitorChange.objects.filter(probe=OuterRef("pk"))
    asked = Case.objects.filter(probe=OuterRef("pk"))
    old = Probe.objects.filter(
        ~Exists(shown), ~Exists(asked), monitor__isnull=False, created_at__lt=before
    ).exclude(state__in=Probe.UNFINISHED)
    chosen = list(
        old.order_by("created_at").values_list("pk", flat=True)[:PRUNED_AT_ONCE]
    )
    Probe.objects.filter(pk__in=chosen).delete()
    MonitorDay.objects.filter(day__lt=today() - timedelta(days=DAYS_KEPT)).delete()
    gone = MonitorChange.objects.filter(at__lt=before, pk__in=_surplus())
    gone.delete()
    return len(chosen)


def _surplus() -> list[int]:
    """Return the changes of monitors that have too many of them, the oldest."""
    nth = MonitorChange.objects.filter(monitor=OuterRef("monitor")).order_by("-at")
    newest = nth.values("at")[CHANGES_KEPT - 1 : CHANGES_KEPT]
    old = MonitorChange.objects.filter(at__lt=newest).order_by("pk")
    return list(old.values_list("pk", flat=True)[:PRUNED_AT_ONCE])
