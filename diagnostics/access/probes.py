"""Which probes a person may reach, and the scanner there is to probe."""

from __future__ import annotations

from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.shortcuts import get_object_or_404

from accounts.models import Domain, OutboundScanner
from accounts.tenancy import Actor, Permission, require_permission
from diagnostics.models import Evidence, Probe

LIST_LIMIT = 50


def list_probes(actor: Actor) -> QuerySet[Probe]:
    """Return the probes of the scanner, newest first; raise NotPermitted for members.

    Those of monitors stand on the monitors' own pages.
    """
    require_permission(actor, Permission.VIEW_PROBES)
    mine: QuerySet[Probe] = Probe.objects.visible_to(actor)
    outbound = mine.filter(kind=Probe.Kind.OUTBOUND, monitor=None)
    return outbound.select_related("scanner").order_by("-created_at", "-pk")


def get_probe(actor: Actor, pk: UUID) -> Probe:
    """Return the probe; raise NotPermitted for members, Http404 out of reach."""
    require_permission(actor, Permission.VIEW_PROBES)
    mine: QuerySet[Probe] = Probe.objects.visible_to(actor)
    outbound = mine.filter(kind=Probe.Kind.OUTBOUND)
    return get_object_or_404(outbound.select_related("scanner"), pk=pk)


def list_evidence(actor: Actor, probe: Probe) -> list[Evidence]:
    """Return all evidence of a probe, in the order in which it came."""
    mine: QuerySet[Evidence] = Evidence.objects.visible_to(actor)
    return list(mine.filter(probe=probe).order_by("ordinal"))


def list_checks(actor: Actor, domain: Domain) -> QuerySet[Probe]:
    """Return the probes of a domain and of its next hop, newest first: the history.

    Their evidence comes along, as `domain_verdict.judge` reads it. What a monitor asks
    for stands on the monitor's own page.
    """
    require_permission(actor, Permission.MANAGE_DOMAINS)
    mine: QuerySet[Probe] = Probe.objects.visible_to(actor)
    mine = mine.filter(domain=domain, monitor=None)
    return mine.prefetch_related("evidence").order_by("-created_at")[:LIST_LIMIT]


def find_latest_check(
    actor: Actor, domain: Domain, kind: Probe.Kind, *, is_final: bool | None = None
) -> Probe | None:
    """Return the newest probe of that kind; with `is_final`, of those (not) ended."""
    require_permission(actor, Permission.MANAGE_DOMAINS)
    mine: QuerySet[Probe] = Probe.objects.visible_to(actor)
    fitting = mine.filter(domain=domain, kind=kind)
    if is_final is not None:
        ended = fitting.exclude(state__in=Probe.UNFINISHED)
        running = fitting.filter(state__in=Probe.UNFINISHED)
        fitting = ended if is_final else running
    return fitting.prefetch_related("evidence").order_by("-created_at").first()


def list_latest_checks(actor: Actor, kind: Probe.Kind) -> dict[UUID, Probe]:
    """Return the newest ended probe of that kind, by the key of its domain."""
    require_permission(actor, Permission.MANAGE_DOMAINS)
    mine: QuerySet[Probe] = Probe.objects.visible_to(actor).filter(kind=kind)
    ended = mine.filter(domain=OuterRef("domain")).exclude(state__in=Probe.UNFINISHED)
    newest = ended.order_by("-created_at").values("pk")[:1]
    found = mine.filter(domain__isnull=False, pk=Subquery(newest))
    return {
        probe.domain_id: probe
        for probe in found.prefetch_related("evidence")
        if probe.domain_id is not None
    }


def find_scanner() -> OutboundScanner | None:
    """Return the scanner that probes ask about, None while the operator has none."""
    return OutboundScanner.objects.order_by("-is_default", "host").first()


def find_settings(actor: Actor) -> dict[str, object]:
    """Return what the last probe was told the server is set to, to fill the form."""
    last = list_probes(actor).first()
    if last is None:
        return {}
    return {"host": last.configured_host, "port": last.configured_port}
