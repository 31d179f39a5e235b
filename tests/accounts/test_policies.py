"""Rules: set by admins of the customer, for their own domains only."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.actions import domains, policies
from accounts.errors import DomainGone, NotPermitted
from accounts.models import AuditEvent, Policy
from tests.conftest import actor_of

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_members_set_no_rules(people):
    bob = actor_of(people.bob)

    with pytest.raises(NotPermitted):
        policies.set_policy(bob, None, {"retention_days": 1})
    with pytest.raises(NotPermitted):
        policies.drop_policy(bob, people.acme_domain)
    with pytest.raises(NotPermitted):
        domains.remove_domain(bob, people.acme_domain)

    assert Policy.objects.get(customer=people.acme).retention_days == 30
    assert people.acme_domain.is_verified


def test_a_stranger_sets_no_rules(people):
    charlie = actor_of(people.charlie)
    policies.set_policy(
        actor_of(people.alice), people.acme_domain, {"retention_days": 5}
    )

    with pytest.raises(DomainGone):
        policies.set_policy(charlie, people.acme_domain, {"retention_days": 1})
    policies.drop_policy(charlie, people.acme_domain)

    assert Policy.objects.get(domain=people.acme_domain).retention_days == 5


def test_a_removed_domain_gets_no_rules(people):
    alice, domain = actor_of(people.alice), people.acme_domain
    domains.remove_domain(alice, domain)

    with pytest.raises(DomainGone):
        policies.set_policy(alice, domain, {"retention_days": 1})


def test_only_what_changed_is_audited(people):
    rules = {"retention_days": 30, "second_factor_from": date(2026, 12, 24)}

    policies.set_policy(actor_of(people.alice), None, rules)

    detail = AuditEvent.objects.get(action="policy.change").detail
    assert detail == {
        "domain": "",
        "before": {"second_factor_from": None},
        "after": {"second_factor_from": "2026-12-24"},
    }
