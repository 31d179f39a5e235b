"""Attacker's tour: somebody loses their rights between the page and the click."""

from __future__ import annotations

import pytest

from accounts.actions import grants, people
from accounts.errors import NotPermitted, RateLimited, ResetRefused
from accounts.mailboxes import Mailbox
from accounts.models import AddressGrant, Membership
from accounts.tenancy import Role
from tests import factories
from tests.conftest import actor_of, make_totp_device

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_who_left_meanwhile_gets_nothing_and_loses_nothing(people_of_acme):
    """Each act finds the person gone and does nothing, or says so."""
    actor, bob, address = people_of_acme
    user = bob.user
    device = make_totp_device(user)
    Membership.objects.filter(pk=bob.pk).delete()
    before = AddressGrant.objects.count()
    rights = grants.Rights(can_act=True, gets_digest=True, ends_on=None)

    grants.give(bob, Mailbox(address.domain, "info"), rights, actor=actor)
    grants.take(bob, address.pk, actor=actor)
    people.change_role(bob, Role.ADMIN, actor=actor)
    people.end_membership(bob, heir=None, actor=actor)
    with pytest.raises(ResetRefused) as refused:
        people.reset_factor(bob, reason="x", actor=actor)

    assert refused.value.reason == "gone"
    assert AddressGrant.objects.count() == before
    assert not Membership.objects.filter(user=user).exists()
    assert type(device).objects.filter(pk=device.pk).exists()


def test_an_admin_who_was_demoted_meanwhile_gives_nobody_anything(people_of_acme):
    actor, bob, address = people_of_acme
    Membership.objects.filter(user_id=actor.user_id).update(role=Role.MEMBER)
    rights = grants.Rights(can_act=True, gets_digest=True, ends_on=None)

    with pytest.raises(NotPermitted):
        grants.give(bob, Mailbox(address.domain, "info"), rights, actor=actor)
    with pytest.raises(NotPermitted):
        people.reset_factor(bob, reason="x", actor=actor)

    assert not AddressGrant.objects.filter(address__local_part="info").exists()


def test_an_admin_resets_so_many_factors_a_day(people_of_acme, monkeypatch):
    actor, bob, _address = people_of_acme
    monkeypatch.setattr(people, "RESETS_PER_DAY", 2)
    for _ in range(2):
        people.reset_factor(bob, reason="x", actor=actor)

    with pytest.raises(RateLimited):
        people.reset_factor(bob, reason="x", actor=actor)


@pytest.fixture
def people_of_acme(people):
    """Return the actor of Acme's admin, bob's membership, bob's address."""
    factories.make_person("second@acme.example", people.acme, role=Role.ADMIN)
    bob = Membership.objects.select_related("user").get(user=people.bob)
    return actor_of(people.alice), bob, people.bob_address
