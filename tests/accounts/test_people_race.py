"""Admins at the same moment; on PostgreSQL, which has many writers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.actions import people as actions
from accounts.errors import CleanmailError
from accounts.models import Membership
from accounts.tenancy import Role
from tests import factories
from tests.conftest import actor_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("how", ["demote", "end", "both"])
def test_two_admins_who_remove_each_other_leave_one(people, how: str):
    second = factories.make_person("a2@acme.example", people.acme, role=Role.ADMIN)
    pairs = [(people.alice, second), (second, people.alice)]
    ready = Barrier(2)

    def remove(number: int) -> str:
        actor, victim = (
            pairs[number][0],
            Membership.objects.get(user=pairs[number][1]),
        )
        asking = actor_of(actor)
        try:
            ready.wait(10)
            if how == "end" or (how == "both" and number):
                actions.end_membership(victim, heir=None, actor=asking)
            else:
                actions.change_role(victim, Role.MEMBER, actor=asking)
        except CleanmailError as error:
            return type(error).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        ends = sorted(pool.map(remove, range(2)))

    assert ends == ["NotPermitted", "done"]
    assert Membership.objects.filter(customer=people.acme, role=Role.ADMIN).count() == 1


def test_two_admins_who_step_down_together_leave_one(people):
    second = factories.make_person("a2@acme.example", people.acme, role=Role.ADMIN)
    ready = Barrier(2)

    def step_down(number: int) -> str:
        user = (people.alice, second)[number]
        mine = Membership.objects.get(user=user)
        asking = actor_of(user)
        try:
            ready.wait(10)
            actions.change_role(mine, Role.MEMBER, actor=asking)
        except CleanmailError as error:
            return type(error).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        ends = sorted(pool.map(step_down, range(2)))

    assert ends == ["LastAdmin", "done"]
