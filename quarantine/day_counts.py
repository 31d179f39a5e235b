"""Counts by day what was held, released and reported as wrong, for the dashboard.

Holds expire, counts stay. A day is one of the installation's time zone. A release and
a report count for the day on which the mail came in; the day is counted again for a
week, and then stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max, QuerySet, Sum
from django.utils import timezone

from accounts.models import Customer
from accounts.tenancy import Actor, Permission, require_permission
from quarantine.models import DayCount, DaySender, Hold, VerdictReport
from quarantine.states import State

# After that, releases of a day are so few that they no longer matter to a picture.
RECOUNTED_DAYS = 7
SENDERS_KEPT = 50
SENDERS_SHOWN = 5
# Today is counted when somebody looks, unless it is a big day: then as last counted.
LIVE_ROWS = 5000
RELEASED = (State.RELEASING, State.RELEASED, State.FAILED, State.UNSURE)
BATCH = 2000

Row = tuple[str, str, str, str | None, UUID | None]


@dataclass(slots=True)
class Tally:
    """What was held and released, by category and by sender's domain."""

    held: Counter[str] = field(default_factory=Counter)
    released: Counter[str] = field(default_factory=Counter)
    reported: Counter[str] = field(default_factory=Counter)
    sender_held: Counter[str] = field(default_factory=Counter)
    sender_released: Counter[str] = field(default_factory=Counter)
    sender_category: dict[str, str] = field(default_factory=dict)

    def totals(self) -> tuple[int, int, int]:
        """Return how many were held, released, reported."""
        return self.held.total(), self.released.total(), self.reported.total()


@dataclass(frozen=True, slots=True)
class DayFigures:
    """One day of the picture."""

    day: date
    held: int
    released: int
    reported: int = 0

    @property
    def wide(self) -> int:
        """What the wide bar of the picture shows."""
        return self.held

    @property
    def narrow(self) -> int:
        """What the narrow bar shows."""
        return self.released


@dataclass(frozen=True, slots=True)
class Figures:
    """How much of something was held, and of that released or reported as wrong."""

    name: str
    category: str
    held: int
    released: int
    reported: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """All that the dashboard says about mail within some days."""

    days: list[DayFigures]
    categories: list[Figures]
    senders: list[Figures]

    @property
    def held(self) -> int:
        """How many were held."""
        return sum(day.held for day in self.days)

    @property
    def released(self) -> int:
        """How many of them a person released."""
        return sum(day.released for day in self.days)

    @property
    def reported(self) -> int:
        """Of how many somebody said that they should not have been held."""
        return sum(day.reported for day in self.days)


def today() -> date:
    """Return the day it is in the installation's time zone."""
    return timezone.localdate(timezone=timezone.get_default_timezone())


def count_recent() -> None:
    """Count today for all customers, and the days before once in an hour or so."""
    now = timezone.localtime(timezone=timezone.get_default_timezone())
    days = 1 if now.minute >= 10 else RECOUNTED_DAYS
    for customer_id in Customer.objects.values_list("pk", flat=True):
        for back in range(days):
            count_day(customer_id, now.date() - timedelta(days=back))


def count_day(customer_id: UUID, day: date) -> None:
    """Count one day of one customer anew and keep it in place of what was counted."""
    tally = _tally(_rows(customer_id, day).iterator(chunk_size=BATCH))
    tally.reported = _count_reports(customer_id, day)
    if tally.held:
        _keep(customer_id, day, tally)


def summarize(actor: Actor, days: int) -> Summary:
    """Return the figures of the last days, today's as fresh as can be; six queries."""
    require_permission(actor, Permission.VIEW_DASHBOARD)
    last = today()
    first = last - timedelta(days=days - 1)
    live = list(_rows(actor.customer_id, last)[: LIVE_ROWS + 1])
    fresh = _tally(live) if len(live) <= LIVE_ROWS else None
    if fresh is not None:
        fresh.reported = _count_reports(actor.customer_id, last)
    until = last if fresh is not None else last + timedelta(days=1)
    counts = DayCount.objects.visible_to(actor).filter(day__gte=first, day__lt=until)
    senders = DaySender.objects.visible_to(actor).filter(day__gte=first, day__lt=until)
    tally = fresh or Tally()
    by_day = {last: tally.totals()}
    sums = {"h": Sum("held"), "r": Sum("released"), "w": Sum("reported")}
    for row in counts.values("day").annotate(**sums):
        by_day[row["day"]] = (row["h"], row["r"], row["w"])
    for row in counts.values("category").annotate(**sums):
        tally.held[row["category"]] += row["h"]
        tally.released[row["category"]] += row["r"]
        tally.reported[row["category"]] += row["w"]
    most = senders.values("sender_domain").annotate(
        h=Sum("held"), r=Sum("released"), c=Max("category")
    )
    for row in most.order_by("-h")[: SENDERS_KEPT * 2]:
        tally.sender_held[row["sender_domain"]] += row["h"]
        tally.sender_released[row["sender_domain"]] += row["r"]
        tally.sender_category.setdefault(row["sender_domain"], row["c"])
    spread = [first + timedelta(days=number) for number in range(days)]
    return Summary(
        days=[DayFigures(day, *by_day.get(day, (0, 0, 0))) for day in spread],
        categories=[
            Figures(name, name, held, tally.released[name], tally.reported[name])
            for name, held in tally.held.most_common()
        ],
        senders=[
            Figures(
                name, tally.sender_category[name], held, tally.sender_released[name]
            )
            for name, held in tally.sender_held.most_common(SENDERS_SHOWN)
        ],
    )


def count_requests(actor: Actor, *, at_most: int) -> int:
    """Return how many releases wait for an admin's yes, up to a limit."""
    require_permission(actor, Permission.VIEW_DASHBOARD)
    waiting = Hold.objects.visible_to(actor).filter(state=State.REQUESTED)
    return waiting.order_by()[:at_most].count()


def _bounds(day: date) -> tuple[datetime, datetime]:
    zone = timezone.get_default_timezone()
    following = day + timedelta(days=1)
    return datetime.combine(day, time(), zone), datetime.combine(
        following, time(), zone
    )


def _rows(customer_id: UUID, day: date) -> QuerySet[Hold, Row]:
    start, end = _bounds(day)
    # All states, named: the index begins with customer and state, then the time.
    holds = Hold.objects.filter(
        customer_id=customer_id,
        state__in=State.values,
        received_at__gte=start,
        received_at__lt=end,
    )
    return holds.order_by().values_list(
        "category", "state", "header_from", "message__envelope_sender", "decided_by_id"
    )


def _count_reports(customer_id: UUID, day: date) -> Counter[str]:
    """Return by category of how many somebody said that they are wanted."""
    start, end = _bounds(day)
    said = VerdictReport.objects.filter(
        customer_id=customer_id,
        says=VerdictReport.Says.HAM,
        hold__received_at__gte=start,
        hold__received_at__lt=end,
    )
    counted = said.values("hold__category").annotate(n=Count("hold", distinct=True))
    return Counter({row["hold__category"]: row["n"] for row in counted})


def _tally(rows: Iterable[Row]) -> Tally:
    tally = Tally()
    for category, state, header_from, envelope_sender, decided_by in rows:
        if state in RELEASED and decided_by is None:
            continue  # what policy lets pass was never held
        sender = (header_from or envelope_sender or "").rpartition("@")[2].lower()
        tally.held[category] += 1
        tally.sender_held[sender] += 1
        tally.sender_category.setdefault(sender, category)
        if state in RELEASED:
            tally.released[category] += 1
            tally.sender_released[sender] += 1
    del tally.sender_held[""]
    return tally


@transaction.atomic(durable=True)
def _keep(customer_id: UUID, day: date, tally: Tally) -> None:
    # A day whose holds have begun to expire would shrink: it stands as it was.
    before = DayCount.objects.filter(customer_id=customer_id, day=day)
    known = before.aggregate(held=Sum("held"))["held"] or 0
    if sum(tally.held.values()) < known:
        return
    before.delete()
    DaySender.objects.filter(customer_id=customer_id, day=day).delete()
    DayCount.objects.bulk_create(
        DayCount(
            customer_id=customer_id,
            day=day,
            category=category,
            held=held,
            released=tally.released[category],
            reported=tally.reported[category],
        )
        for category, held in tally.held.items()
    )
    DaySender.objects.bulk_create(
        DaySender(
            customer_id=customer_id,
            day=day,
            sender_domain=sender[:255],
            category=tally.sender_category[sender],
            held=held,
            released=tally.sender_released[sender],
        )
        for sender, held in tally.sender_held.most_common(SENDERS_KEPT)
    )
