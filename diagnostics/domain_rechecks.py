"""Checks of domains by the day: which are due again, and which are forgotten."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import Domain
from diagnostics.domain_probes import make_probe
from diagnostics.models import Probe

EVERY = timedelta(days=1)
# What broke on our side is tried again sooner.
AFTER_FAILURE = timedelta(hours=1)
# A claim that nobody proves is no reason to ask about a stranger's domain for good.
UNPROVED = timedelta(days=30)
# A run every five minutes; all domains at once are spread over half a day, and keep
# their time of day from then on.
RUNS_PER_DAY = 288
PRUNED_AT_ONCE = 500
_ABOUT_DOMAINS = (Probe.Kind.DOMAIN, Probe.Kind.NEXT_HOP)
_BROKEN = (Probe.State.FAILED, Probe.State.EXPIRED)


def make_due_probes() -> list[tuple[UUID, UUID]]:
    """Make probes of the domains that are due; return customer and id of each."""
    now = timezone.now()
    watched = _watched(now)
    share = max(1, math.ceil(2 * watched.count() / RUNS_PER_DAY))
    due = _due(watched, now).order_by(F("checked_at").asc(nulls_first=True), "pk")
    made: list[tuple[UUID, UUID]] = []
    for domain in due[:share]:
        made += _make_again(domain, now)
    return made


@transaction.atomic(durable=True)
def prune() -> int:
    """Delete old checks in part; return how many. The latest finished ones stay."""
    before = timezone.now() - timedelta(days=settings.CHECK_HISTORY_DAYS)
    newer = Probe.objects.filter(
        domain=OuterRef("domain"),
        kind=OuterRef("kind"),
        state=Probe.State.FINISHED,
        created_at__gt=OuterRef("created_at"),
    )
    old = Probe.objects.filter(
        Exists(newer), kind__in=_ABOUT_DOMAINS, created_at__lt=before
    ).exclude(state__in=Probe.UNFINISHED)
    oldest = old.order_by("created_at").values_list("pk", flat=True)
    chosen = list(oldest[:PRUNED_AT_ONCE])
    Probe.objects.filter(pk__in=chosen).delete()
    return len(chosen)


def _watched(now: datetime) -> QuerySet[Domain]:
    """Return the domains of active customers, proved or claimed not long ago."""
    wanted = Q(verified_at__isnull=False) | Q(created_at__gt=now - UNPROVED)
    found: QuerySet[Domain] = Domain.objects.filter(
        wanted, removed_at=None, customer__is_active=True
    )
    return found


def _due(watched: QuerySet[Domain], now: datetime) -> QuerySet[Domain]:
    counted = ~Q(state__in=_BROKEN) | Q(created_at__gt=now - AFTER_FAILURE)
    checks = Probe.objects.filter(
        counted, domain=OuterRef("pk"), kind=Probe.Kind.DOMAIN
    ).order_by("-created_at")
    dated = watched.annotate(checked_at=Subquery(checks.values("created_at")[:1]))
    return dated.filter(Q(checked_at=None) | Q(checked_at__lte=now - EVERY))


@transaction.atomic(durable=True)
def _make_again(domain: Domain, now: datetime) -> list[tuple[UUID, UUID]]:
    """Make the probes unless somebody was first; the domain's row is locked."""
    mine = Domain.objects.select_for_update().filter(pk=domain.pk)
    if not mine.exists() or not _due(mine, now).exists():
        return []
    probes = [make_probe(domain, Probe.Kind.DOMAIN)]
    last = Probe.objects.filter(domain=domain, kind=Probe.Kind.NEXT_HOP)
    tried = last.order_by("-created_at").first()
    if tried is not None and domain.verified_at and domain.next_hop_host:
        again = tried.test_recipient
        probes.append(make_probe(domain, Probe.Kind.NEXT_HOP, test_recipient=again))
    return [(probe.customer_id, probe.pk) for probe in probes]
