"""Addresses proposed and asked for, until an admin decides."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.actions import proposals as actions
from accounts.errors import ProposalDecided
from accounts.models import (
    Address,
    AddressGrant,
    AddressProposal,
    AuditEvent,
    Domain,
    Membership,
    OutgoingMail,
)
from accounts.models.people import today
from tests import factories
from tests.conftest import actor_of

pytestmark = [pytest.mark.django_db, pytest.mark.db]
PAGE = "/people/addresses/"
ASK = "/account/address/ask/"


@pytest.fixture
def proposal(people) -> AddressProposal:
    return factories.make_proposal(people.acme_domain, "sales", days_seen=2)


def propose(people, local_part: str) -> bool:
    domain = people.acme_domain
    return actions.propose_alias(people.acme.pk, domain.pk, local_part)


def test_proposes_once_and_counts_days(people):
    for _ in range(3):
        assert propose(people, "Sales")
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        propose(people, "sales")

    found = AddressProposal.objects.get()
    assert (found.local_part, found.days_seen) == ("sales", 2)


@pytest.mark.parametrize(
    "local_part", ["bob", "bob+news", "", "*", "a b", "x" * 65, "a\u202eb", "a\nb"]
)
def test_proposes_neither_what_is_entered_nor_what_is_no_address(people, local_part):
    assert not propose(people, local_part)

    assert not AddressProposal.objects.exists()


def test_proposes_nothing_for_a_domain_of_somebody_else_or_unproved(people):
    theirs = Domain.objects.get(customer=people.other)
    crossed = actions.propose_alias(people.acme.pk, theirs.pk, "x")
    Domain.objects.filter(pk=people.acme_domain.pk).update(verified_at=None)

    assert not crossed
    assert not propose(people, "x")
    assert not AddressProposal.objects.exists()


def test_made_up_names_do_not_fill_the_page(people, monkeypatch):
    monkeypatch.setattr(actions, "OPEN_MAX", 5)

    for number in range(20):
        propose(people, f"guess{number}")

    assert AddressProposal.objects.count() == 5


def test_what_was_ignored_is_not_proposed_again(people, proposal, client_for):
    client = client_for(people.alice)
    client.post(f"{PAGE}{proposal.pk}/ignore/")

    assert not propose(people, "sales")

    assert "sales@acme.example" not in client.get(PAGE).content.decode()


def test_shows_addresses_and_who_sees_them(people, proposal, client_for):
    text = client_for(people.alice).get(PAGE).content.decode()

    assert "sales@acme.example" in text
    assert "Post an 2 Tagen" in text
    assert "bob@acme.example" in text
    assert text.count("nur Administratoren") == 1  # the catch-all
    assert "alle übrigen Adressen der Domain" in text
    assert "other.example" not in text


def test_entered_as_a_mailbox_whoever_logs_in_with_it_sees_it(people, client_for):
    factories.make_person("sales@acme.example", people.acme)
    outsider = factories.make_person("sales@other.example", people.other)
    proposal = factories.make_proposal(people.acme_domain, "sales")

    client_for(people.alice).post(f"{PAGE}{proposal.pk}/accept/")

    grant = AddressGrant.objects.get(address__local_part="sales")
    assert grant.user.email == "sales@acme.example"
    assert grant.user != outsider
    assert AuditEvent.objects.filter(action="address.accept").exists()


def test_entered_as_another_name_of_a_mailbox(people, proposal, client_for):
    client = client_for(people.alice)

    client.post(f"{PAGE}{proposal.pk}/alias/", {"target": "BOB@acme.example"})

    made = Address.objects.get(local_part="sales")
    assert made.alias_of == people.bob_address
    assert "weiterer Name von bob@acme.example" in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    "target",
    ["charlie@other.example", "nobody@acme.example", "x", "alias@acme.example"],
)
def test_refuses_targets_that_are_no_mailbox_of_the_customer(
    people, proposal, client_for, target
):
    factories.make_address(people.acme_domain, "alias", alias_of=people.bob_address)
    factories.make_address(Domain.objects.get(customer=people.other), "charlie")

    response = client_for(people.alice).post(
        f"{PAGE}{proposal.pk}/alias/", {"target": target}
    )

    assert response.status_code == 422
    assert not Address.objects.filter(local_part="sales").exists()


def test_of_two_decisions_one_holds(people, proposal):
    actor = actor_of(people.alice)
    actions.ignore(proposal, actor=actor)

    with pytest.raises(ProposalDecided):
        actions.accept_as_mailbox(proposal, actor=actor)

    assert not Address.objects.filter(local_part="sales").exists()


def test_a_member_asks_and_gets_it_after_the_yes(people, client_for):
    client = client_for(people.bob)
    asked = client.post(ASK, {"address": "Info@acme.example"})
    proposal = AddressProposal.objects.get()
    assert asked.url == "/account/"
    assert not AddressGrant.objects.filter(address__local_part="info").exists()
    assert OutgoingMail.objects.get().user == people.alice

    client_for(people.alice).post(f"{PAGE}{proposal.pk}/accept/")

    grant = AddressGrant.objects.get(address__local_part="info")
    assert grant.user == people.bob


def test_asking_tells_nothing_about_who_has_it(people, client_for):
    client = client_for(people.rita)

    taken = client.post(ASK, {"address": "alice@acme.example"})
    free = client.post(ASK, {"address": "free@acme.example"})
    entered = client.post(ASK, {"address": "bob@acme.example"})

    assert taken.url == free.url == entered.url == "/account/"
    assert AddressGrant.objects.filter(user=people.rita).count() == 1


def test_asking_for_an_address_of_another_customer_is_refused(people, client_for):
    response = client_for(people.bob).post(ASK, {"address": "charlie@other.example"})

    assert response.status_code == 422
    assert not AddressProposal.objects.exists()


def test_asking_is_counted(people, client_for):
    client = client_for(people.bob)

    statuses = [
        client.post(ASK, {"address": f"a{number}@acme.example"}).status_code
        for number in range(12)
    ]

    assert statuses == [302] * 10 + [429] * 2
    assert AddressProposal.objects.count() == 10


def test_who_asked_and_left_gets_nothing(people, client_for):
    client_for(people.bob).post(ASK, {"address": "info@acme.example"})
    proposal = AddressProposal.objects.get()
    Membership.objects.filter(user=people.bob).delete()

    client_for(people.alice).post(f"{PAGE}{proposal.pk}/accept/")

    assert not AddressGrant.objects.filter(address__local_part="info").exists()


def test_members_and_strangers_decide_nothing(people, proposal, client_for):
    bob, charlie = client_for(people.bob), client_for(people.charlie)

    for act in ("accept", "alias", "ignore"):
        path = f"{PAGE}{proposal.pk}/{act}/"
        assert bob.post(path, {"target": "bob@acme.example"}).status_code == 403
        assert (
            charlie.post(path, {"target": "charlie@other.example"}).status_code == 404
        )
    proposal.refresh_from_db()
    assert proposal.state == "open"
    assert bob.get(PAGE).status_code == 403


def test_an_address_whose_grants_have_ended_is_the_admins_alone(people, client_for):
    AddressGrant.objects.update(ends_on=today() - timedelta(days=1))

    text = client_for(people.alice).get(PAGE).content.decode()

    assert text.count("nur Administratoren") == 2
