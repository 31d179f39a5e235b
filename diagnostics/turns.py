"""Whose turn it is at a server: few at once, few a minute, customers in turn.

What runs is counted by the leases of the probes themselves. A worker whose probe finds
no place takes whoever is first in line instead, or leaves; the row stays queued, and
the end of a run, the probe's own wake-up or the sweep brings the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils import timezone

from diagnostics.errors import TargetBusy
from diagnostics.models import Probe, ProbeTarget

MINUTE = timedelta(minutes=1)
# A run takes no longer, as a rule; only said, never relied on.
USUAL_SECONDS = 2.0
UNUSED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wakeup:
    """A probe whose task is to be sent, in so many seconds."""

    customer_id: UUID
    probe_id: UUID
    seconds: float
    is_asked: bool = False


@transaction.atomic(durable=True)
def take_turn(customer_id: UUID, probe_id: UUID) -> Probe | None:
    """Take the first in line at this probe's server, for this worker.

    That is mostly the probe itself. None if it waits no more, or nobody may start now.
    A probe with a password is taken by its own task only: nobody else has that.
    """
    asked = _queued().filter(pk=probe_id, customer_id=customer_id).first()
    if asked is None:
        return None
    _lock(asked.target)
    now = timezone.now()
    if free_at(asked.target, now) > now:
        _queued().filter(pk=probe_id).update(deferred_at=now)
        return None
    fitting = Q(has_password=False) | Q(pk=probe_id)
    first = _line(asked.target, now).filter(fitting).values_list("pk", flat=True)
    taken = _take(first[0], now) if first else None
    if taken is None or taken.pk != probe_id:
        _queued().filter(pk=probe_id).update(deferred_at=now)
    return taken


def _take(probe_id: UUID, now: datetime) -> Probe | None:
    claimed = (
        _queued()
        .filter(pk=probe_id)
        .update(
            state=Probe.State.RUNNING,
            started_at=now,
            lease_until=now + timedelta(seconds=settings.PROBE_SECONDS),
            deferred_at=None,
            runs=F("runs") + 1,
        )
    )
    if not claimed:
        return None
    found: Probe = Probe.objects.select_related("scanner", "domain").get(pk=probe_id)
    return found


def move_to(probe: Probe, addresses: Sequence[str]) -> None:
    """Count a running probe at the address its host has turned out to have.

    Many hosts lead to one server. Without a place there the probe goes back into the
    line, of that address now, and TargetBusy is raised.
    """
    if addresses and probe.target not in addresses and not _move(probe, addresses[0]):
        raise TargetBusy(probe.pk)


@transaction.atomic(durable=True)
def _move(probe: Probe, target: str) -> bool:
    _lock(target)
    now = timezone.now()
    mine = Probe.objects.filter(
        pk=probe.pk, state=Probe.State.RUNNING, started_at=probe.started_at
    )
    if free_at(target, now) > now:
        mine.update(
            state=Probe.State.QUEUED,
            started_at=None,
            lease_until=None,
            target=target,
            deferred_at=now,
            runs=F("runs") - 1,
        )
        return False
    mine.update(target=target)
    probe.target = target
    return True


def free_at(target: str, now: datetime) -> datetime:
    """Return when a probe may start there, `now` if it may at once."""
    running = _running(target, now)
    at_once = settings.PROBES_AT_ONCE_PER_TARGET
    ends = running.order_by("lease_until").values_list("lease_until", flat=True)
    leases = [end for end in ends if end is not None]
    free = now
    if len(leases) >= at_once:
        # At the latest; mostly one of them ends long before.
        free = leases[len(leases) - at_once]
    started = Probe.objects.filter(target=target, started_at__gt=now - MINUTE)
    a_minute = settings.PROBES_PER_MINUTE_PER_TARGET
    newest = started.order_by("-started_at").values_list("started_at", flat=True)
    oldest = newest[a_minute - 1 : a_minute].first()
    return max(free, oldest + MINUTE) if oldest is not None else free


def find_wakeups(asked_id: UUID, ran: Probe | None) -> list[Wakeup]:
    """Return whom to wake once the task of a probe has run it, or another, or none."""
    asked = _queued().filter(pk=asked_id).first()
    woken = _first_in_line(ran.target) if ran is not None else []
    if asked is None:
        return woken
    if asked.has_password:
        # Its task alone has the password: it comes back until its turn has come.
        now = timezone.now()
        wait = (free_at(asked.target, now) - now).total_seconds()
        own = Wakeup(asked.customer_id, asked.pk, min(max(wait, 1), 5), is_asked=True)
        return [*woken, own]
    if ran is None:
        woken = [
            one for one in _first_in_line(asked.target) if one.probe_id == asked_id
        ]
    return woken


def _first_in_line(target: str) -> list[Wakeup]:
    now = timezone.now()
    running = _running(target, now).count()
    wait = (free_at(target, now) - now).total_seconds()
    if wait and running:
        return []  # whose end wakes the next
    places = max(1, settings.PROBES_AT_ONCE_PER_TARGET - running)
    line = _line(target, now).filter(has_password=False)
    first = line.values_list("customer_id", "pk")[:places]
    return [Wakeup(customer_id, pk, wait) for customer_id, pk in first]


def find_place(probe: Probe) -> tuple[int, datetime] | None:
    """Return how many are before it, and about when it starts; None if not in line."""
    if probe.state != Probe.State.QUEUED or probe.deferred_at is None:
        return None
    now = timezone.now()
    line = list(_line(probe.target, now).values_list("pk", flat=True)[:1000])
    ahead = line.index(probe.pk) if probe.pk in line else len(line)
    each = max(
        60 / settings.PROBES_PER_MINUTE_PER_TARGET,
        USUAL_SECONDS / settings.PROBES_AT_ONCE_PER_TARGET,
    )
    is_limited = not _running(probe.target, now).exists()
    begins = free_at(probe.target, now) if is_limited else now
    return ahead, begins + timedelta(seconds=ahead * each)


@transaction.atomic(durable=True)
def forget_unused() -> int:
    """Delete the names of servers that nobody has asked for a day; return how many."""
    old = ProbeTarget.objects.filter(used_at__lt=timezone.now() - UNUSED)
    gone: int = old.delete()[0]
    return gone


def _line(target: str, now: datetime) -> QuerySet[Probe]:
    """Return who waits at the server, customers in turn, a person before a monitor.

    What a customer has started there in the last minute counts against it. Of its
    checks of domains one runs at a time.
    """
    recent = (
        Probe.objects.filter(
            target=target,
            customer=OuterRef("customer"),
            started_at__gt=now - MINUTE,
        )
        .order_by()
        .values("customer")
        .annotate(number=Count("pk"))
        .values("number")
    )
    busy = about_domains().filter(
        customer=OuterRef("customer"),
        state=Probe.State.RUNNING,
        lease_until__gt=now,
    )
    nth = Window(
        RowNumber(),
        partition_by=[F("customer"), F("has_monitor")],
        order_by=[F("created_at"), F("pk")],
    )
    waiting = _queued().filter(~Exists(busy) | Q(kind=Probe.Kind.OUTBOUND))
    return (
        waiting.filter(target=target)
        .annotate(has_monitor=Q(monitor__isnull=False))
        .annotate(turn=nth + Coalesce(Subquery(recent), 0))
        .order_by("turn", "has_monitor", "created_at", "pk")
    )


def about_domains() -> QuerySet[Probe]:
    """Return the probes that ask name servers and next hops."""
    found: QuerySet[Probe] = Probe.objects.exclude(kind=Probe.Kind.OUTBOUND)
    return found


def _queued() -> QuerySet[Probe]:
    found: QuerySet[Probe] = Probe.objects.filter(state=Probe.State.QUEUED)
    return found


def _running(target: str, now: datetime) -> QuerySet[Probe]:
    found: QuerySet[Probe] = Probe.objects.filter(
        target=target, state=Probe.State.RUNNING, lease_until__gt=now
    )
    return found


def _lock(target: str) -> None:
    """Lock the row of the server until the transaction ends, made if missing."""
    try:
        with transaction.atomic():
            ProbeTarget.objects.get_or_create(name=target)
    except IntegrityError:  # somebody else made it in the same moment
        pass
    # An update locks on SQLite as well.
    ProbeTarget.objects.filter(name=target).update(used_at=timezone.now())
