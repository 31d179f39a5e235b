"""Which monitors a person may reach, and what could be watched besides."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.shortcuts import get_object_or_404

from accounts.models import Domain
from accounts.models.people import today
from accounts.tenancy import Actor, Permission, require_permission
from diagnostics.models import Monitor, MonitorChange, MonitorDay, MonitorMail, Probe

CHANGES_SHOWN = 50
PROBES_SHOWN = 20


def list_monitors(actor: Actor) -> QuerySet[Monitor]:
    """Return the monitors, the scanner's first; raise NotPermitted for members."""
    require_permission(actor, Permission.VIEW_PROBES)
    mine: QuerySet[Monitor] = Monitor.objects.visible_to(actor)
    known = mine.filter(domain__removed_at=None).select_related("domain")
    return known.order_by(F("domain__name").asc(nulls_first=True))


def list_latest_changes(actor: Actor) -> dict[UUID, MonitorChange]:
    """Return the last change of each monitor by its key, the probe's evidence along."""
    mine: QuerySet[MonitorChange] = MonitorChange.objects.visible_to(actor)
    newest = mine.filter(monitor=OuterRef("monitor")).order_by("-at", "-pk")
    found = mine.filter(pk=Subquery(newest.values("pk")[:1])).select_related("probe")
    return {
        change.monitor_id: change
        for change in found.prefetch_related("probe__evidence")
    }


def get_monitor(actor: Actor, pk: UUID) -> Monitor:
    """Return the monitor; raise NotPermitted for members, Http404 out of reach."""
    require_permission(actor, Permission.VIEW_PROBES)
    mine: QuerySet[Monitor] = Monitor.objects.visible_to(actor)
    return get_object_or_404(mine.select_related("domain"), pk=pk)


def list_changes(actor: Actor, monitor: Monitor) -> list[MonitorChange]:
    """Return the latest changes of state, newest first."""
    mine: QuerySet[MonitorChange] = MonitorChange.objects.visible_to(actor)
    found = mine.filter(monitor=monitor).order_by("-at", "-pk")
    found = found.select_related("probe").prefetch_related("probe__evidence")
    return list(found[:CHANGES_SHOWN])


def list_days(actor: Actor, monitor: Monitor, days: int) -> list[MonitorDay]:
    """Return the days of so many that have runs, oldest first."""
    mine: QuerySet[MonitorDay] = MonitorDay.objects.visible_to(actor)
    since = today() - timedelta(days=days - 1)
    return list(mine.filter(monitor=monitor, day__gte=since).order_by("day"))


def list_runs(actor: Actor, monitor: Monitor) -> list[Probe]:
    """Return the latest probes of the monitor, newest first."""
    mine: QuerySet[Probe] = Probe.objects.visible_to(actor)
    found = mine.filter(monitor=monitor).prefetch_related("evidence")
    return list(found.order_by("-created_at")[:PROBES_SHOWN])


def list_unwatched(actor: Actor) -> QuerySet[Domain]:
    """Return the domains whose next hop could be watched and is not yet."""
    require_permission(actor, Permission.START_PROBE)
    mine: QuerySet[Domain] = Domain.objects.visible_to(actor)
    watched = Monitor.objects.visible_to(actor).filter(domain__isnull=False)
    return (
        mine.filter(removed_at=None, verified_at__isnull=False, next_hop_host__gt="")
        .exclude(pk__in=watched.values("domain"))
        .order_by("name")
    )


def is_scanner_watched(actor: Actor) -> bool:
    """Say whether there is a monitor of the outbound scanner."""
    return bool(Monitor.objects.visible_to(actor).filter(domain=None).exists())


def wants_mail(actor: Actor) -> bool:
    """Say whether the person has asked for mail about changes."""
    mine = MonitorMail.objects.visible_to(actor)
    return bool(mine.filter(user_id=actor.user_id).exists())
