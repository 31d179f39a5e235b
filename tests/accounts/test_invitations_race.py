"""One invitation in the same moment; on PostgreSQL, which has many writers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from accounts.actions import invitations as actions
from accounts.invitations import Invitee
from accounts.models import Invitation, Membership, User
from tests import factories
from tests.accounts.test_invitations import NEW, join, path_of
from tests.conftest import actor_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_many_clicks_on_one_link_one_makes_the_account(people):
    path = path_of(factories.make_invitation(people.acme, people.alice))
    clients = [Client() for _ in range(4)]
    ready = Barrier(4)

    def accept(number: int) -> int:
        try:
            ready.wait(10)
            password = f"vier-Tassen-Tee-Nummer-{number}"
            return join(path, password, clients[number]).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(accept, range(4)))

    assert statuses == [302, 404, 404, 404]
    assert User.objects.filter(email=NEW).count() == 1
    assert Membership.objects.filter(user__email=NEW).count() == 1


def test_two_admins_who_invite_the_same_person_make_one_invitation(people):
    actor = actor_of(people.alice)
    ready = Barrier(3)

    def invite(_number: int) -> bool:
        try:
            ready.wait(10)
            actions.invite(Invitee(NEW, "member", []), actor=actor)
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(3) as pool:
        assert all(pool.map(invite, range(3)))

    assert Invitation.objects.filter(email=NEW).count() == 1


def test_a_link_that_is_withdrawn_in_the_same_moment_opens_or_not_but_never_both(
    people,
):
    invitation = factories.make_invitation(people.acme, people.alice)
    path, actor = path_of(invitation), actor_of(people.alice)
    ready = Barrier(2)

    def act(number: int) -> int:
        try:
            ready.wait(10)
            if number:
                return join(path).status_code
            actions.withdraw(invitation, actor=actor)
        finally:
            connection.close()
        return 0

    with ThreadPoolExecutor(2) as pool:
        joined = max(pool.map(act, range(2)))

    invitation.refresh_from_db()
    is_in = Membership.objects.filter(user__email=NEW).exists()
    assert is_in == (joined == 302)
    assert (invitation.accepted_at is None) != is_in
    assert not (invitation.accepted_at and invitation.withdrawn_at)
