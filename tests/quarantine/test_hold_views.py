"""Who else has looked at a hold or decided about it."""

from __future__ import annotations

import pytest

from quarantine.models import Hold, HoldView
from tests.factories import grant, make_hold, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def look(client, hold):
    client.post(f"/holds/{hold.pk}/seen")
    return client.get(f"/holds/{hold.pk}/").content.decode()


@pytest.fixture
def dora(people):
    """Return somebody who shares bob's address."""
    made = make_person("dora@acme.example", people.acme, full_name="Dora Zwei")
    grant(made, people.bob_address)
    return made


def test_who_shares_the_address_sees_who_has_looked(people, client_for, dora):
    hold = make_hold(people.acme)
    own = look(client_for(dora), hold)

    page = look(client_for(people.bob), hold)

    assert "Gesehen auch von:" not in own
    assert "Gesehen auch von: <bdi>Dora Zwei (" in page


def test_who_has_lost_the_address_is_not_named_to_members(people, client_for, dora):
    hold = make_hold(people.acme)
    look(client_for(dora), hold)
    dora.grants.all().delete()

    assert "Dora" not in look(client_for(people.bob), hold)
    assert "Dora Zwei" in look(client_for(people.alice), hold)


def test_an_admins_look_is_not_told_to_members(people, client_for):
    hold = make_hold(people.acme)
    look(client_for(people.alice), hold)

    assert "Gesehen auch von:" not in look(client_for(people.bob), hold)


def test_who_released_it_is_told(people, client_for, dora):
    hold = make_hold(people.acme, state="released", decided_by=dora)
    Hold.objects.filter(pk=hold.pk).update(decided_at=hold.received_at)

    assert "Dora Zwei" in look(client_for(people.bob), hold)


def test_each_person_is_noted_once(people, client_for, dora):
    hold = make_hold(people.acme)
    client = client_for(people.bob)

    first = client.get(f"/holds/{hold.pk}/").content.decode()
    look(client, hold)
    again = look(client, hold)
    others = client_for(dora).get(f"/holds/{hold.pk}/").content.decode()

    assert f'hx-post="/holds/{hold.pk}/seen"' in first
    assert f'hx-post="/holds/{hold.pk}/seen"' not in again
    assert f'hx-post="/holds/{hold.pk}/seen"' in others
    assert HoldView.objects.count() == 1
