"""The way to a hold: who reaches it, and what they may do with it."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import Domain, User
from accounts.tenancy import Actor, Permission, require_permission
from quarantine.models import Hold, HoldRequest, ReleaseAttempt, VerdictReport
from quarantine.signs import Known
from quarantine.states import State

# Enough to compare a sender with.
DOMAINS_MAX = 500
# More of them no page tells.
REQUESTS_MAX = 50


def list_holds(actor: Actor) -> QuerySet[Hold]:
    """Return the holds that the actor sees, in no order yet."""
    require_permission(actor, Permission.VIEW_HOLDS)
    return cast("QuerySet[Hold]", Hold.objects.visible_to(actor))


def get_hold(actor: Actor, pk: UUID) -> Hold:
    """Return the hold with its message; raise Http404 if missing or out of reach."""
    holds = list_holds(actor).select_related(
        "message",
        "decided_by",
        "denied_by",
        "kept_by",
        "domain",
        "address__domain",
    )
    return get_object_or_404(holds, pk=pk)


def get_raw_hold(actor: Actor, pk: UUID) -> Hold:
    """Return the hold to whoever may see it as it came; Http404 or NotPermitted."""
    hold = get_hold(actor, pk)
    require_permission(actor, Permission.VIEW_RAW)
    return hold


def get_holds(actor: Actor, pks: Collection[UUID]) -> list[Hold]:
    """Return all of the holds, by key; raise Http404 if any is out of reach."""
    wanted = set(pks)
    holds = list(list_holds(actor).filter(pk__in=wanted).order_by("pk"))
    if len(holds) != len(wanted):
        raise Http404
    return holds


def count_held(actor: Actor, domain: Domain, *, at_most: int) -> int:
    """Return how many mails of the domain wait for a decision, up to a limit."""
    waiting = list_holds(actor).filter(domain=domain, state=State.HELD)
    return waiting.order_by()[:at_most].count()


def list_attempts(actor: Actor, hold: Hold) -> list[ReleaseAttempt]:
    """Return the tries to deliver the hold, first to last."""
    attempts = ReleaseAttempt.objects.visible_to(actor).filter(hold_id=hold.pk)
    return list(attempts.order_by("number"))


def list_requests(actor: Actor, hold: Hold) -> list[HoldRequest]:
    """Return what was lately asked about the hold and answered, the latest first."""
    requests = HoldRequest.objects.visible_to(actor).filter(hold_id=hold.pk)
    named = requests.select_related("asked_by", "decided_by")
    return list(named.order_by("-asked_at", "-pk")[:REQUESTS_MAX])


def find_report(actor: Actor, hold: Hold) -> VerdictReport | None:
    """Return what was last said of the hold's verdict."""
    reports = VerdictReport.objects.visible_to(actor).filter(hold_id=hold.pk)
    found: VerdictReport | None = reports.order_by("-created_at", "-pk").first()
    return found


def find_known(actor: Actor, sender_name: str) -> Known:
    """Return the customer's domains, and who of its people has the sender's name."""
    domains = Domain.objects.filter(
        customer_id=actor.customer_id, verified_at__isnull=False
    )
    people = User.objects.filter(
        memberships__customer_id=actor.customer_id, full_name__iexact=sender_name
    )
    namesakes = people.values_list("email", flat=True) if sender_name else []
    return Known(
        domains=tuple(domains.values_list("name", flat=True)[:DOMAINS_MAX]),
        namesakes=tuple(namesakes),
    )
