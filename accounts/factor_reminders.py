"""Reminds who has no second factor of the day from which one is demanded."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from accounts import outbox, second_factor
from accounts.factor_demand import due_on, list_waiting
from accounts.models import FactorReminder, Membership, Policy
from accounts.models.customers import FactorDemand
from accounts.models.people import today

# So many days before; after a pause of the worker only the last one that is due.
DAYS_BEFORE = (14, 7, 1)
CHUNK = 500


def remind() -> int:
    """Put a mail to everybody whose reminder is due, each once; return how many."""
    policies = Policy.objects.filter(domain=None, customer__is_active=True).exclude(
        second_factor=FactorDemand.NOBODY
    )
    return sum(_remind_people(policy) for policy in policies.select_related("customer"))


def _remind_people(policy: Policy) -> int:
    told, chunk = 0, []
    for membership in list_waiting(policy).iterator(CHUNK):
        chunk.append(membership)
        if len(chunk) == CHUNK:
            told += _remind_chunk(policy, chunk)
            chunk = []
    return told + _remind_chunk(policy, chunk)


def _remind_chunk(policy: Policy, memberships: list[Membership]) -> int:
    ids = [membership.user_id for membership in memberships]
    holders = second_factor.find_holders(ids)
    told = 0
    for membership in memberships:
        due = due_on(policy, membership)
        days = _reminder_for(due)
        if due is not None and days and membership.user_id not in holders:
            told += _tell(membership, due, days, policy.customer.name)
    return told


def _reminder_for(due: date | None) -> int:
    """Return which reminder is due, 0 for none."""
    if due is None:
        return 0
    left = (due - today()).days
    return min((days for days in DAYS_BEFORE if 0 < left <= days), default=0)


@transaction.atomic(durable=True)
def _tell(membership: Membership, due: date, days: int, customer: str) -> bool:
    """Keep that it was told and the mail together: neither without the other."""
    _, is_new = FactorReminder.objects.get_or_create(
        customer_id=membership.customer_id,
        user_id=membership.user_id,
        due_on=due,
        days_before=days,
    )
    if is_new:
        outbox.put(
            membership.user,
            "factor_demanded",
            customer=customer,
            due_on=due.isoformat(),
        )
    return is_new
