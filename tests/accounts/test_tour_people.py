"""Attacker's tour: rows of somebody else handed to what people do, past the pages.

What a form refuses today, the action refuses again: a form may change.
"""

from __future__ import annotations

import pytest
from django.core import mail
from django.utils import timezone

from accounts.actions import grants, invitations, proposals
from accounts.errors import AddressRefused, InvitationVoid
from accounts.invitations import renew
from accounts.mailboxes import Mailbox
from accounts.models import (
    Address,
    AddressGrant,
    AddressProposal,
    Domain,
    Invitation,
    Membership,
    Policy,
    User,
)
from tests import factories
from tests.accounts.test_claims import claim
from tests.accounts.test_invitations import NEW
from tests.conftest import actor_of

pytestmark = [pytest.mark.django_db, pytest.mark.db]
RIGHTS = grants.Rights(can_act=True, gets_digest=False, ends_on=None)
STOLEN = "eine-Tuer-die-niemand-kennt"


@pytest.fixture
def foreign(people) -> Mailbox:
    """Return a mailbox of the other customer's."""
    return Mailbox(Domain.objects.get(customer=people.other), "charlie")


def test_no_grant_is_given_on_a_foreign_mailbox(people, foreign):
    member = Membership.objects.get(user=people.bob)

    with pytest.raises(AddressRefused, match="foreign"):
        grants.give(member, foreign, RIGHTS, actor=actor_of(people.alice))

    assert not Address.objects.filter(local_part="charlie").exists()


def test_nobody_asks_for_a_foreign_mailbox(people, foreign):
    with pytest.raises(AddressRefused, match="foreign"):
        proposals.ask_for(foreign, actor=actor_of(people.bob))

    assert not AddressProposal.objects.exists()


@pytest.mark.parametrize("target", ["foreign", "alias"])
def test_no_address_becomes_another_name_of_one_that_is_foreign_or_one_itself(
    people, foreign, target
):
    """The proposal stays open: what failed decides nothing."""
    theirs = factories.make_address(foreign.domain, "charlie")
    alias = factories.make_address(
        people.acme_domain, "robert", alias_of=people.bob_address
    )
    proposal = factories.make_proposal(people.acme_domain, "sales")

    with pytest.raises(AddressRefused, match="foreign"):
        proposals.accept_as_alias(
            proposal,
            theirs if target == "foreign" else alias,
            actor=actor_of(people.alice),
        )

    assert not Address.objects.filter(local_part="sales").exists()


def test_an_alias_domain_makes_no_address_claimable(people):
    """Its names are those of the domain behind it, which has its own owners."""
    Policy.objects.filter(customer=people.acme).update(may_claim=True)
    factories.make_address(people.acme_domain, "info")
    was_own = Domain.objects.create(
        customer=people.acme,
        name="acme-alt.example",
        alias_of=people.acme_domain,
        verified_at=timezone.now(),
        is_vouched=True,
    )
    factories.make_address(was_own, "info")  # entered before it became another name

    claim("info@acme-alt.example")
    assert not mail.outbox

    claim("info@acme.example")
    assert mail.outbox[-1].to == ["info@acme.example"]


@pytest.mark.parametrize("is_entered", [True, False])
def test_a_tagged_address_is_nobodys_to_claim(people, is_entered):
    """bob+x@ is bob's mail, also where somebody has entered it by its tag."""
    Policy.objects.filter(customer=people.acme).update(may_claim=True)
    if is_entered:
        factories.make_address(people.acme_domain, "bob+x")
    else:
        factories.make_proposal(people.acme_domain, "bob+x", days_seen=9)

    claim("bob+x@acme.example")

    assert not mail.outbox
    assert not Invitation.objects.exists()


def test_a_link_sent_before_is_void_in_the_very_moment_another_is_sent(people):
    """The page was read before; the click comes after."""
    read_before = factories.make_invitation(people.acme, people.alice)
    assert renew(Invitation.objects.get())

    with pytest.raises(InvitationVoid):
        invitations.accept_as_new(read_before, STOLEN, full_name="")

    assert not User.objects.filter(email=NEW).exists()


@pytest.mark.parametrize("state", ["has a password", "is closed"])
def test_no_invitation_sets_the_password_of_whoever_has_one(people, state):
    """Set by the reset link while the page of the invitation was open."""
    invitation = factories.make_invitation(people.acme, people.alice)
    person = User.objects.create_user(
        NEW, None if state == "is closed" else factories.PASSWORD
    )
    User.objects.filter(pk=person.pk).update(is_active=state != "is closed")
    before = User.objects.get(pk=person.pk).password

    with pytest.raises(InvitationVoid):
        invitations.accept_as_new(invitation, STOLEN, full_name="X")

    assert User.objects.get(pk=person.pk).password == before
    assert not Membership.objects.filter(user=person).exists()
    assert not AddressGrant.objects.filter(user=person).exists()


def test_a_customer_neither_notices_nor_uses_up_the_invitations_of_another(
    people, client_for
):
    charlie, alice = client_for(people.charlie), client_for(people.alice)
    said = {"email": "victim@acme.example", "role": "member"}

    theirs = [charlie.post("/people/invite/", said).status_code for _ in range(7)]

    assert theirs == [302] * 5 + [429] * 2
    assert alice.post("/people/invite/", said).status_code == 302
