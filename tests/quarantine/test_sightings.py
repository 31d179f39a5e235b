"""What intake saw of unknown addresses: proposed, and moved once they are entered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Address, AddressProposal
from quarantine import sightings
from quarantine.states import State
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_proposes_what_came_to_the_catch_all(people):
    for recipient in ("Sales@acme.example", "sales+tag@ACME.example", "x@acme.example"):
        factories.make_hold(
            people.acme, recipient=recipient.lower(), envelope_sender="a@b.example"
        )
    factories.make_hold(people.acme, recipient="bob@acme.example")

    told = sightings.propose_addresses()

    found = sorted(str(one) for one in AddressProposal.objects.all())
    assert found == ["sales@acme.example", "x@acme.example"]
    assert told == 2


def test_looks_at_what_came_lately_only(people):
    old = timezone.now() - timedelta(hours=2)
    factories.make_hold(people.acme, recipient="old@acme.example", received_at=old)

    sightings.propose_addresses()

    assert not AddressProposal.objects.exists()


def test_what_is_held_moves_to_a_new_mailbox_and_its_people_see_it(people, client_for):
    hold = factories.make_hold(people.acme, recipient="Info@acme.example")
    done = factories.make_hold(
        people.acme, recipient="info@acme.example", state=State.RELEASED
    )
    other = factories.make_hold(people.acme, recipient="else@acme.example")
    info = factories.make_address(people.acme_domain, "info")
    factories.grant(people.rita, info)
    client = client_for(people.rita)
    before = client.get(f"/holds/{hold.pk}/").status_code

    sightings.settle_addresses()

    for one in (hold, done, other):
        one.refresh_from_db()
    assert before == 404
    assert client_for(people.rita).get(f"/holds/{hold.pk}/").status_code == 200
    assert hold.address == info
    assert other.address.local_part == ""
    assert not Address.objects.filter(settled_at=None).exists()


def test_an_alias_hands_its_mail_to_the_mailbox_behind_it(people):
    hold = factories.make_hold(people.acme, recipient="robert@acme.example")
    factories.make_address(people.acme_domain, "robert", alias_of=people.bob_address)

    sightings.settle_addresses()

    hold.refresh_from_db()
    assert hold.address == people.bob_address


def test_settling_takes_nothing_from_another_mailbox_or_customer(people):
    mine = factories.make_hold(people.acme, recipient="bob@acme.example")
    theirs = factories.make_hold(people.other, recipient="info@other.example")
    factories.make_address(people.acme_domain, "info")

    sightings.settle_addresses()

    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert mine.address == people.bob_address
    assert theirs.address.local_part == ""
