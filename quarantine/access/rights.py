"""What somebody may do with a hold, by role, grant, policy and the floor below it."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from accounts.models import Policy
from accounts.models.customers import Category, released_by_default
from accounts.release_floor import NEED_PROOF, POLICY_DECIDES, Way, way_of
from accounts.tenancy import Actor, Permission
from quarantine.models import Hold


@dataclass(frozen=True, slots=True)
class Rights:
    """What the actor may do with one hold, by role, grant and policy."""

    can_act: bool
    can_release: bool
    # Of a release: a proof of the last minutes, and a word that one knows what it is.
    needs_proof: bool = False
    needs_confirmation: bool = False


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The customer's policies, read once for as many holds as a page shows.

    What the floor forbids (`accounts.release_floor`) no policy gives.
    """

    actor: Actor
    general: frozenset[str] = frozenset()
    by_domain: dict[UUID, frozenset[str]] = field(default_factory=dict)

    def rights(self, hold: Hold) -> Rights:
        """Return what the actor may do with the hold."""
        actor = self.actor
        way = way_of(actor.role, hold.category)
        is_theirs = actor.is_admin or hold.address_id in actor.actionable
        return Rights(
            can_act=is_theirs and actor.can(Permission.DISCARD),
            can_release=is_theirs
            and actor.can(Permission.RELEASE)
            and self._allows(hold, way),
            needs_proof=way in NEED_PROOF,
            needs_confirmation=way == Way.CONFIRMED,
        )

    def _allows(self, hold: Hold, way: Way) -> bool:
        if way in POLICY_DECIDES:
            return hold.category in self.by_domain.get(hold.domain_id, self.general)
        return way != Way.NEVER


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
