"""Which support cases a person may reach, and what of their history."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from accounts.tenancy import Actor, Permission, require_permission
from diagnostics.models import AgentRun, Case, CaseMessage, Evidence, Probe

LIST_LIMIT = 100


def list_cases(actor: Actor) -> QuerySet[Case]:
    """Return the newest cases; raise NotPermitted for members."""
    require_permission(actor, Permission.VIEW_PROBES)
    mine: QuerySet[Case] = Case.objects.visible_to(actor)
    return mine.select_related("opened_by").order_by("-opened_at")[:LIST_LIMIT]


def get_case(actor: Actor, pk: UUID) -> Case:
    """Return the case with its probe; raise NotPermitted, or Http404 out of reach."""
    require_permission(actor, Permission.VIEW_PROBES)
    mine: QuerySet[Case] = Case.objects.visible_to(actor)
    along = ("probe__scanner", "opened_by", "customer")
    return get_object_or_404(mine.select_related(*along), pk=pk)


def find_unfinished(actor: Actor, probe: Probe) -> Case | None:
    """Return the case that is open about the probe, if there is one."""
    mine: QuerySet[Case] = Case.objects.visible_to(actor)
    return mine.filter(probe=probe, state__in=Case.UNFINISHED).first()


def list_messages(actor: Actor, case: Case) -> list[CaseMessage]:
    """Return what the customer may read of the history: no notes of support."""
    mine: QuerySet[CaseMessage] = CaseMessage.objects.visible_to(actor)
    shown = mine.filter(case=case).exclude(kind__in=CaseMessage.INTERNAL)
    return list(shown.select_related("author"))


def find_pasted_text(actor: Actor, probe: Probe) -> str:
    """Return the deciding lines of the error message that was pasted last."""
    require_permission(actor, Permission.VIEW_PROBES)
    mine: QuerySet[Evidence] = Evidence.objects.visible_to(actor)
    pasted = mine.filter(probe=probe, vantage="text").order_by("-ordinal").first()
    return "\n".join(pasted.transcript) if pasted is not None else ""


def find_public_address(actor: Actor, probe: Probe) -> str:
    """Return from where the sending server was seen, empty if nobody has seen it.

    The portal saw the agent come, the scanner's log the server itself.
    """
    require_permission(actor, Permission.VIEW_PROBES)
    runs: QuerySet[AgentRun] = AgentRun.objects.visible_to(actor)
    seen = runs.filter(probe=probe).exclude(public_address=None).order_by("-number")
    found = seen.values_list("public_address", flat=True).first()
    if found:
        return found
    mine: QuerySet[Evidence] = Evidence.objects.visible_to(actor)
    logged = mine.filter(probe=probe, vantage="scanner_log").order_by("-ordinal")
    addresses = [str(item.facts.get("client_address") or "") for item in logged[:5]]
    return next(filter(None, addresses), "")
