"""The same rule by two people at once: on PostgreSQL, where they really run at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from quarantine.access.sender_rules import Scope
from quarantine.actions.sender_rules import create_rule, restore_rules
from quarantine.errors import RuleExists
from quarantine.models import SenderRule
from quarantine.sender_list import Entry
from quarantine.sender_patterns import parse_pattern
from tests.conftest import People, actor_of
from tests.factories import make_rule

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_same_rule_twice_at_once_stands_once(people: People):
    actor = actor_of(people.alice)
    gone = make_rule(people.acme, "shop.example", removed_at=timezone.now())

    def make(verb: str) -> str:
        entry = Entry(verb, parse_pattern("shop.example"))
        try:
            if verb == "restore":
                return "made" if restore_rules([gone], actor=actor) else "exists"
            create_rule(Scope(), entry, actor=actor)
        except RuleExists:
            return "exists"
        finally:
            connection.close()
        return "made"

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(make, ["allow", "restore", "block"] * 2))

    assert sorted(outcomes) == ["exists"] * 5 + ["made"]
    assert SenderRule.objects.filter(removed_at=None).count() == 1
