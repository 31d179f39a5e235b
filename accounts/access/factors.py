"""How many people of a customer have a second factor; never which."""

from __future__ import annotations

from accounts import second_factor
from accounts.factor_demand import Coverage, count_coverage
from accounts.tenancy import Actor, Permission, require_permission


def factor_coverage(actor: Actor) -> Coverage:
    """Count the people of the actor's customer, those with a factor, those without."""
    require_permission(actor, Permission.MANAGE_PEOPLE)
    return count_coverage(actor.customer_id, second_factor.holders())
