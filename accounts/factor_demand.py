"""Of whom a second factor is demanded, and from which day on they get no further."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Membership, Policy, User
from accounts.models.customers import FactorDemand
from accounts.models.people import today
from accounts.tenancy import Role

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Demand:
    """Somebody must have a second factor; who says so (empty: the operator).

    `since` is when the demand was made for all, `due_on` the person's own first day
    without a way past it; None: whatever the day.
    """

    customer: str
    since: date | None
    due_on: date | None = None

    @property
    def is_enforced(self) -> bool:
        """Whether the grace is over."""
        return self.due_on is None or self.due_on <= today()


def due_on(policy: Policy, membership: Membership) -> date | None:
    """Return from which day on the policy lets this person no further without one.

    The grace runs from the day of the demand, of who joined later from that day.
    """
    since, grace = policy.second_factor_from, policy.second_factor_grace_days
    if since is None and not grace:
        return None
    zone = timezone.get_default_timezone()
    joined = timezone.localtime(membership.created_at, zone).date()
    begin = max(since, joined) if since is not None and grace else since or joined
    return begin + timedelta(days=grace)


def list_demands(user: User) -> list[Demand]:
    """Return what the person's customers demand of them, the earliest first.

    One query for most people: where nothing is demanded there is nothing to date.
    """
    if user.is_staff:
        return [Demand(customer="", since=None)]
    mine = user.memberships.filter(customer__is_active=True)
    policies = Policy.objects.filter(
        customer__in=mine.values("customer"), domain=None
    ).exclude(second_factor=FactorDemand.NOBODY)
    demanding = {one.customer_id: one for one in policies.select_related("customer")}
    if not demanding:
        return []
    found = [
        _demand(demanding[membership.customer_id], membership)
        for membership in mine.filter(customer__in=demanding)
        if demanding[membership.customer_id].demands_of(membership.role)
    ]
    return sorted(found, key=lambda demand: demand.due_on or date.min)


def find_demand(user: User) -> Demand | None:
    """Return why the person must have a second factor today, else None."""
    return next((one for one in list_demands(user) if one.is_enforced), None)


def find_coming(demands: Iterable[Demand]) -> Demand | None:
    """Return the next of them that is not enforced yet."""
    return next((one for one in demands if not one.is_enforced), None)


def list_waiting(policy: Policy) -> QuerySet[Membership]:
    """Return the memberships of whom the policy demands one from a later day on."""
    people = _asked_by(policy).filter(user__staff_role="")
    since, grace = policy.second_factor_from, policy.second_factor_grace_days
    if since is not None and since + timedelta(days=grace) > today():
        return people.select_related("user")
    joined = Q(created_at__gt=timezone.now() - timedelta(days=grace + 1))
    return people.filter(joined if grace else Q(pk=None)).select_related("user")


def _asked_by(policy: Policy) -> QuerySet[Membership]:
    """Return of whom the policy demands one, now or from its day on."""
    people = Membership.objects.filter(
        customer_id=policy.customer_id, user__is_active=True
    )
    if policy.second_factor == FactorDemand.ADMINS:
        return people.filter(role=Role.ADMIN)
    everybody = policy.second_factor == FactorDemand.EVERYBODY
    return people if everybody else people.none()


def _demand(policy: Policy, membership: Membership) -> Demand:
    return Demand(
        customer=policy.customer.name,
        since=policy.second_factor_from,
        due_on=due_on(policy, membership),
    )


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many people of a customer have a second factor, and how many must."""

    people: int
    holders: int
    demanded: int
    missing: int

    @property
    def percent(self) -> int:
        """The share of people who have one, whole percents, rounded down."""
        return self.holders * 100 // self.people if self.people else 100


def count_coverage(customer_id: UUID, holders: QuerySet[User]) -> Coverage:
    """Count the customer's active people; `holders` is who has a factor at all."""
    people = Membership.objects.filter(customer_id=customer_id, user__is_active=True)
    policy = Policy.objects.filter(customer_id=customer_id, domain=None).first()
    asked = _asked_by(policy) if policy is not None else people.none()
    return Coverage(
        people=people.count(),
        holders=people.filter(user__in=holders).count(),
        demanded=asked.count(),
        missing=asked.exclude(user__in=holders).count(),
    )
