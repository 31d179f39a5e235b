"""Claims and rules at the same moment; on PostgreSQL, which has many writers."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from accounts.actions import domains, policies
from accounts.errors import CleanmailError
from accounts.models import AuditEvent, Domain, Policy
from tests.conftest import actor_of
from tests.factories import make_domain

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Do all at the same moment; return how each ended."""
    ready = Barrier(len(acts))

    def act(number: int) -> str:
        try:
            ready.wait(10)
            acts[number]()
        except CleanmailError as error:
            return type(error).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(act, range(len(acts))))


def test_two_who_prove_a_domain_together_give_it_one_holder(people):
    claims = [
        make_domain(customer, "neu.example", verified_at=None)
        for customer in (people.acme, people.other)
    ]

    ends = at_once(
        *(lambda pk=claim.pk: domains.note_control(pk, found=True) for claim in claims)
    )

    now = Domain.objects.filter(name="neu.example")
    assert ends == ["done", "done"]
    assert now.filter(verified_at__isnull=False).count() == 1
    assert now.filter(verified_at=None, control_seen_at__isnull=False).count() == 1


def test_a_domain_lost_to_two_passes_to_one(people):
    third = make_domain(people.other, "acme.example", verified_at=None)
    Domain.objects.filter(pk=people.acme_domain.pk).update(
        control_missing_since=timezone.now() - timedelta(days=30)
    )

    at_once(
        lambda: domains.note_control(third.pk, found=True),
        lambda: domains.note_control(people.acme_domain.pk, found=True),
    )

    held = Domain.objects.filter(name="acme.example", verified_at__isnull=False)
    assert held.count() == 1


def test_the_same_loss_noted_twice_is_told_once(people):
    pk = people.acme_domain.pk

    at_once(*[lambda: domains.note_control(pk, found=False)] * 3)

    assert AuditEvent.objects.filter(action="domain.missing").count() == 1


def test_a_domain_added_twice_is_one(people):
    alice = actor_of(people.alice)

    ends = at_once(*[lambda: domains.add_domain(alice, "neu.example")] * 2)

    assert ends == ["DomainTaken", "done"]
    assert Domain.objects.filter(name="neu.example").count() == 1


def test_a_domain_removed_twice_goes_once(people):
    alice, domain = actor_of(people.alice), people.acme_domain

    ends = at_once(*[lambda: domains.remove_domain(alice, domain)] * 2)

    assert ends == ["DomainGone", "done"]


def test_rules_set_twice_are_one_row(people):
    alice, domain = actor_of(people.alice), people.acme_domain

    ends = at_once(
        *[lambda: policies.set_policy(alice, domain, {"retention_days": 7})] * 2
    )

    assert ends == ["done", "done"]
    assert Policy.objects.get(domain=domain).retention_days == 7
