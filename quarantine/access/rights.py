"""What somebody may do with a hold, by role, grant and policy."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from accounts.models import Policy
from accounts.models.customers import Category, released_by_default
from accounts.tenancy import Actor, Permission
from quarantine.models import Hold


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
    """Return after how many days holds expire; None where that differs."""
    policies = Policy.objects.filter(customer_id=actor.customer_id)
    days = {policy.days_for(category) for policy in policies for category in Category}
    return days.pop() if len(days) == 1 else None
