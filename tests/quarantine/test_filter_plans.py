"""How PostgreSQL finds what a filter asks for: never by reading everybody's mail."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db.models import Count
from django.utils import timezone

from accounts.identifiers import uuid7
from accounts.tenancy import Actor, Role
from quarantine.criteria import Criteria, Show, select_holds
from quarantine.models import Hold


@pytest.fixture
def customer_id(db) -> UUID:
    """Generate mail of many customers; return one in the middle."""
    call_command("generate", holds=12_000, customers=60, verbosity=0)
    sizes = Hold.objects.values("customer_id").annotate(count=Count("pk"))
    ordered = list(sizes.order_by("count"))
    found: UUID = ordered[len(ordered) // 2]["customer_id"]
    return found


def plan_of(actor: Actor, criteria: Criteria) -> str:
    page = select_holds(actor, criteria).order_by("-received_at", "-id")[:51]
    return str(page.explain())


def test_no_filter_reads_the_whole_table(customer_id):
    today = timezone.localdate()
    hold = Hold.objects.filter(customer_id=customer_id).first()
    mine = frozenset({hold.address_id})
    filters = [
        Criteria(why=("virus", "policy")),
        Criteria(to=str(hold.address_id)),
        Criteria(to=hold.envelope_recipient),
        Criteria(sender="zz"),
        Criteria(sender="ing.", subject="ing"),
        Criteria(since=today - timedelta(days=3), until=today),
        Criteria(low=29.9, high=99.0),
        *(Criteria(show=show.value, low=29.9) for show in Show),
    ]
    actors = [
        Actor(uuid7(), customer_id, Role.ADMIN),
        Actor(uuid7(), customer_id, Role.MEMBER, mine, mine),
    ]

    plans = [plan_of(actor, one) for actor in actors for one in filters]

    assert not [plan for plan in plans if "Seq Scan" in plan]
    assert "Seq Scan" in Hold.objects.filter(score__gte=29.9).explain()
