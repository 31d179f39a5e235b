"""Grants: shared mailboxes and delegates, with rights and a last day."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import (
    Address,
    AddressGrant,
    AuditEvent,
    Domain,
    Membership,
    OutgoingMail,
)
from accounts.models.people import today
from tests import factories
from tests.conftest import actor_of

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def give(client, user, address="info@acme.example", right="act", **fields):
    said = {"address": address, "right": right, "gets_digest": "on"}
    return client.post(f"/people/{user.pk}/grant/", said | fields)


def take(client, user, address: Address):
    return client.post(f"/people/{user.pk}/grant/take/", {"address": address.pk})


def test_gives_rights_on_an_address_and_tells(people, client_for):
    client = client_for(people.alice)

    response = give(client, people.rita, right="act", ends_on="2030-05-01")

    found = AddressGrant.objects.get(user=people.rita, address__local_part="info")
    page = client.get(response.url).content.decode()
    assert (found.can_act, found.gets_digest) == (True, True)
    assert "01.05.2030" in page
    assert OutgoingMail.objects.get().kind == "grants_changed"
    event = AuditEvent.objects.get(action="grant.give")
    assert event.detail["person"] == str(people.rita.pk)
    assert "info@" not in str(event.detail)


def test_changes_the_grant_there_is(people, client_for):
    client = client_for(people.alice)
    asked = client.get(
        f"/people/{people.bob.pk}/grant/", {"address": people.bob_address.pk}
    )

    give(client, people.bob, "bob@acme.example", "view", gets_digest="")

    found = AddressGrant.objects.get(user=people.bob)
    assert 'value="bob@acme.example"' in asked.content.decode()
    assert (found.can_act, found.gets_digest) == (False, False)


def test_an_ended_grant_shows_nothing_at_once(people, client_for):
    hold = factories.make_hold(people.acme)
    last = today()
    AddressGrant.objects.filter(user=people.bob).update(ends_on=last)
    client = client_for(people.bob)
    before = client.get(f"/holds/{hold.pk}/").status_code

    with time_machine.travel(timezone.now() + timedelta(days=1)):
        client = client_for(people.bob)
        after = client.get(f"/holds/{hold.pk}/").status_code
        acted = client.post(reverse("quarantine:release", args=[hold.pk])).status_code
        actor = actor_of(people.bob)

    hold.refresh_from_db()
    assert (before, after, acted) == (200, 404, 404)
    assert hold.state == "held"
    assert not actor.viewable
    assert not actor.actionable


def test_a_view_grant_does_not_act(people, client_for):
    hold = factories.make_hold(people.acme)
    give(client_for(people.alice), people.bob, "bob@acme.example", "view")

    response = client_for(people.bob).post(
        reverse("quarantine:release", args=[hold.pk])
    )

    hold.refresh_from_db()
    assert response.status_code == 403
    assert hold.state == "held"


def test_takes_a_grant_at_once(people, client_for):
    hold = factories.make_hold(people.acme)

    take(client_for(people.alice), people.bob, people.bob_address)

    assert client_for(people.bob).get(f"/holds/{hold.pk}/").status_code == 404
    assert AuditEvent.objects.filter(action="grant.take").count() == 1


def test_gives_all_other_addresses_of_a_domain(people, client_for):
    give(client_for(people.alice), people.rita, "*@acme.example", "view")

    found = AddressGrant.objects.get(user=people.rita, address__local_part="")
    assert str(found.address) == "*@acme.example"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"address": "charlie@other.example"}, "gehört nicht zu Ihnen"),
        ({"address": "*@other.example"}, "gehört nicht zu Ihnen"),
        ({"address": "x"}, "keine E-Mail-Adresse"),
        ({"ends_on": "2020-01-01"}, "Dieser Tag ist vorbei."),
        ({"right": "everything"}, "error"),
        ({"ends_on": "morgen"}, "error"),
    ],
)
def test_refuses_bad_input(people, client_for, fields, said):
    response = give(client_for(people.alice), people.rita, **fields)

    assert response.status_code == 422
    assert said in response.content.decode()
    assert AddressGrant.objects.filter(user=people.rita).count() == 1


def test_members_and_strangers_give_and_take_nothing(people, client_for):
    bob, charlie = client_for(people.bob), client_for(people.charlie)

    for client, status in ((bob, 403), (charlie, 404)):
        assert give(client, people.rita).status_code == status
        assert take(client, people.rita, people.bob_address).status_code == status
    assert AddressGrant.objects.count() == 2


def test_the_address_of_a_stranger_is_not_taken(people, client_for):
    theirs = factories.make_address(
        Domain.objects.get(customer=people.other), "charlie"
    )
    factories.grant(people.bob, theirs)
    Membership.objects.create(user=people.bob, customer=people.other)

    take(client_for(people.alice), people.bob, theirs)

    assert AddressGrant.objects.filter(address=theirs).exists()


def test_hand_over_keeps_the_later_day_and_drops_what_is_over(people, client_for):
    now = today()
    info = factories.make_address(people.bob_address.domain, "info")
    old = factories.make_address(people.bob_address.domain, "old")
    factories.grant(people.bob, old, ends_on=now - timedelta(days=1))
    factories.grant(people.bob, info, ends_on=now + timedelta(days=9))
    factories.grant(people.rita, info, ends_on=now + timedelta(days=3))
    heir = Membership.objects.get(user=people.rita)

    client_for(people.alice).post(f"/people/{people.bob.pk}/end/", {"heir": heir.pk})

    grants = {str(one.address): one for one in AddressGrant.objects.all()}
    assert sorted(grants) == ["bob@acme.example", "info@acme.example"]
    assert grants["info@acme.example"].ends_on == now + timedelta(days=9)
    assert grants["bob@acme.example"].ends_on is None
    assert grants["bob@acme.example"].can_act
