"""Lets the days of changed rules hold for what is held already; it only lengthens."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.expressions import CombinedExpression

from accounts.models import Policy
from accounts.models.customers import Category
from quarantine.models import Extension, Hold
from quarantine.states import State

# What one transaction touches.
STEP = 500
# The next run goes on.
RUN_SECONDS = 60
DAY = timedelta(days=1)


def list_waiting() -> list[UUID]:
    """Return the customers whose holds may still get longer: none of them ends yet."""
    waiting = Extension.objects.filter(finished_at=None)
    return list(waiting.values_list("customer_id", flat=True).distinct())


def extend_all(now: datetime) -> int:
    """Work off what admins have asked for; return how many holds stay longer."""
    ends = time.monotonic() + RUN_SECONDS
    extended = 0
    for wish in Extension.objects.filter(finished_at=None).order_by("pk"):
        for day in _days(wish, now):
            if time.monotonic() > ends:
                return extended
            extended += _extend_day(wish, day)
        Extension.objects.filter(pk=wish.pk).update(finished_at=now)
    return extended


def _days(wish: Extension, now: datetime) -> Iterator[date]:
    """Yield the days on which what is still here has arrived, oldest first."""
    oldest = _holds_of(wish).order_by("received_at").first()
    if oldest is None:
        return
    day = max(oldest.received_at.astimezone(UTC).date(), wish.next_on or date.min)
    while day <= now.astimezone(UTC).date():
        yield day
        day += DAY


def _holds_of(wish: Extension) -> QuerySet[Hold]:
    mine = Hold.objects.filter(customer_id=wish.customer_id)
    holds: QuerySet[Hold] = mine.exclude(state=State.EXPIRED)
    if wish.domain_id is not None:
        return holds.filter(domain_id=wish.domain_id)
    own = Policy.objects.filter(customer_id=wish.customer_id, domain__isnull=False)
    return holds.exclude(domain_id__in=own.values("domain_id"))


def _extend_day(wish: Extension, day: date) -> int:
    """Lengthen what arrived on the day (UTC), in small steps; note that it is done."""
    policies = Policy.objects.filter(customer_id=wish.customer_id)
    # The domain may have lost its own rules since: then nothing is asked of it.
    policy = policies.filter(domain_id=wish.domain_id).first()
    begin = datetime.combine(day, clock.min, UTC)
    arrived = _holds_of(wish).filter(
        received_at__gte=begin, received_at__lt=begin + DAY
    )
    extended = 0
    for category in Category:
        if policy is None:
            break
        end = F("received_at") + timedelta(days=policy.days_for(category))
        short = arrived.filter(category=category, expires_at__lt=end)
        while done := _step(short, end):
            extended += done
    mine = Extension.objects.filter(pk=wish.pk)
    mine.update(next_on=day + DAY, extended_count=F("extended_count") + extended)
    return extended


@transaction.atomic(durable=True)
def _step(short: QuerySet[Hold], end: CombinedExpression) -> int:
    chosen = list(short.order_by("pk").values_list("pk", flat=True)[:STEP])
    # All of it again: somebody may have decided, or it has expired since.
    still = short.filter(pk__in=chosen).order_by()
    return still.update(expires_at=end)
