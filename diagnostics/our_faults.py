"""Tells operators when probes say that the fault is ours: once a cause and hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Q
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
        first_cause__in=OURS, created_at__gt=timezone.now() - LOOK_BACK
    )
    return sorted(set(recent.values_list("first_cause", flat=True)))


def _news(cause: str, since: datetime) -> dict[str, Any]:
    """Count what ended since then, or was looked at by the agent and named it."""
    ended = Q(finished_at__gt=since) | Q(agent_runs__finished_at__gt=since)
    return Probe.objects.filter(ended, first_cause=cause).aggregate(
        probes=Count("pk", distinct=True),
        customers=Count("customer", distinct=True),
        ended=Max("finished_at"),
        looked=Max("agent_runs__finished_at"),
    )


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
    found = _news(cause, since)
    if not found["probes"]:
        return []
    ends = (found["ended"], found["looked"], since)
    told.told_at, told.seen_until = now, max(filter(None, ends))
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
