"""Tells operators when probes say that the fault is ours: once a cause and hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts import outbox
from accounts.access.people import list_operators
from diagnostics.causes import CATALOGUE, US, title_and_remedy
from diagnostics.models import FaultNotice, Probe

PAUSE = timedelta(hours=1)
# What is older is no news, not even after a night without workers.
LOOK_BACK = timedelta(hours=24)
OURS = tuple(one.slug for one in CATALOGUE.values() if one.who == US)


def list_causes() -> list[str]:
    """Return the causes of ours that recent probes name first."""
    recent = Probe.objects.filter(
        first_cause__in=OURS, finished_at__gt=timezone.now() - LOOK_BACK
    )
    return sorted(set(recent.values_list("first_cause", flat=True)))


@transaction.atomic(durable=True)
def tell_operators(cause: str, now: datetime) -> list[UUID]:
    """Keep a mail to each operator unless one went within the hour; return the mails.

    The row is locked: of two workers one tells. No customer is named, no address.
    """
    FaultNotice.objects.get_or_create(cause=cause)
    told = FaultNotice.objects.select_for_update().get(cause=cause)
    if told.told_at is not None and told.told_at > now - PAUSE:
        return []
    since = max(told.seen_until or now - LOOK_BACK, now - LOOK_BACK)
    news = Probe.objects.filter(first_cause=cause, finished_at__gt=since)
    found = news.aggregate(
        probes=Count("pk"),
        customers=Count("customer", distinct=True),
        latest=Max("finished_at"),
    )
    if not found["probes"]:
        return []
    told.told_at, told.seen_until = now, found["latest"]
    told.save()
    query = urlencode({"first_cause": cause})
    path = f"{reverse('admin:diagnostics_probe_changelist')}?{query}"
    return [
        outbox.put(
            operator,
            "our_fault",
            title=title_and_remedy(cause, operator.language or settings.LANGUAGE_CODE)[
                0
            ],
            cause=cause,
            probes=str(found["probes"]),
            customers=str(found["customers"]),
            path=path,
        ).pk
        for operator in list_operators()
    ]
