"""The way to a hold: who reaches it, and what they may do with it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import Address, Domain, Policy, User
from accounts.models.customers import released_by_default
from accounts.tenancy import Actor, Permission, require_permission
from quarantine.models import Hold, ReleaseAttempt
from quarantine.signs import Known
from quarantine.states import State

# Enough to compare a sender with.
DOMAINS_MAX = 500


@dataclass(frozen=True, slots=True)
class Rights:
    """What the actor may do with one hold, by role, grant and policy."""

    can_act: bool
    can_release: bool


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The customer's policies, read once for as many holds as a page shows."""

    actor: Actor
    general: frozenset[str] = frozenset()
    by_domain: dict[UUID, frozenset[str]] = field(default_factory=dict)

    def rights(self, hold: Hold) -> Rights:
        """Return what the actor may do with the hold."""
        actor = self.actor
        if actor.is_admin:
            return Rights(
                can_act=actor.can(Permission.DISCARD),
                can_release=actor.can(Permission.RELEASE),
            )
        can_act = hold.address_id in actor.actionable
        allowed = self.by_domain.get(hold.domain_id, self.general)
        return Rights(
            can_act=can_act and actor.can(Permission.DISCARD),
            can_release=can_act
            and hold.category in allowed
            and actor.can(Permission.RELEASE),
        )


def get_rulebook(actor: Actor) -> Rulebook:
    """Return the policies that decide; an admin's rights need none of them."""
    if actor.is_admin:
        return Rulebook(actor)
    general = frozenset(released_by_default())
    by_domain: dict[UUID, frozenset[str]] = {}
    policies = Policy.objects.filter(customer_id=actor.customer_id)
    for domain_id, categories in policies.values_list("domain_id", "member_categories"):
        if domain_id is None:
            general = frozenset(categories)
        else:
            by_domain[domain_id] = frozenset(categories)
    return Rulebook(actor, general, by_domain)


def find_retention_days(actor: Actor) -> int | None:
    """Return after how many days holds expire; None where domains differ."""
    policies = Policy.objects.filter(customer_id=actor.customer_id)
    days = set(policies.values_list("retention_days", flat=True))
    return days.pop() if len(days) == 1 else None


def list_holds(actor: Actor) -> QuerySet[Hold]:
    """Return the holds that the actor sees, in no order yet."""
    require_permission(actor, Permission.VIEW_HOLDS)
    return cast("QuerySet[Hold]", Hold.objects.visible_to(actor))


def get_hold(actor: Actor, pk: UUID) -> Hold:
    """Return the hold with its message; raise Http404 if missing or out of reach."""
    holds = list_holds(actor).select_related(
        "message", "decided_by", "denied_by", "domain"
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


def list_addresses(actor: Actor) -> QuerySet[Address]:
    """Return the addresses whose holds the actor sees."""
    addresses = Address.objects.visible_to(actor).select_related("domain")
    ordered = addresses.order_by("local_part", "domain__name")
    return cast("QuerySet[Address]", ordered)
