"""The account that whoever reads an address's mail takes alone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import claims, tasks
from accounts.models import (
    Address,
    AddressGrant,
    AddressProposal,
    Domain,
    Invitation,
    Membership,
    OutgoingMail,
    Policy,
    User,
)
from accounts.tenancy import Role
from tests import factories
from tests.accounts.test_invitations import join, path_of

pytestmark = [pytest.mark.django_db, pytest.mark.db]
CLAIM = "/claim/"


@pytest.fixture
def acme(people):
    """Return Acme, which lets people claim; sales@ was seen by intake."""
    Policy.objects.filter(customer=people.acme).update(may_claim=True)
    factories.make_proposal(people.acme_domain, "sales", days_seen=1)
    return people.acme


def claim(email: str, client: Client | None = None):
    """Type the address and let the worker do its part."""
    response = (client or Client()).post(CLAIM, {"email": email})
    for waiting in OutgoingMail.objects.filter(kind="claim", state="queued"):
        tasks.send_mail(str(waiting.pk))
    return response


def sent_path() -> str:
    return re.search(r"https?://[^/]+(/\S+)", mail.outbox[-1].body)[1]


def test_who_reads_the_mail_of_an_address_gets_the_account(people, acme):
    response = claim("Sales@acme.example")
    path = sent_path()
    assert response.url == "/claim/sent/"
    assert not Address.objects.filter(local_part="sales").exists()

    joined = join(path)

    person = User.objects.get(email="sales@acme.example")
    assert joined.url == "/login/"
    assert Membership.objects.get(user=person).role == Role.MEMBER
    assert str(AddressGrant.objects.get(user=person).address) == "sales@acme.example"
    assert AddressProposal.objects.get().state == "accepted"


def test_an_entered_mailbox_is_claimable(people, acme):
    factories.make_address(people.acme_domain, "info")

    claim("info@acme.example")

    assert mail.outbox[-1].to == ["info@acme.example"]


@pytest.mark.parametrize(
    "email",
    [
        "guess@acme.example",  # nobody ever wrote to it: only the catch-all fits
        "sales+x@acme.example",
        "robert@acme.example",  # another name of bob@
        "skipped@acme.example",
        "asked@acme.example",  # a member asks for it: the admin decides
        "alice@other.example",  # a customer that does not allow it
        "x@unknown.example",
        "sales@www.acme.example",
        "*@acme.example",
    ],
)
def test_everybody_else_gets_the_same_answer_and_no_mail(people, acme, email):
    factories.make_address(people.acme_domain, "robert", alias_of=people.bob_address)
    factories.make_proposal(people.acme_domain, "skipped", days_seen=9, state="ignored")
    factories.make_proposal(
        people.acme_domain, "asked", asked_by=people.bob, days_seen=9
    )
    factories.make_address(Domain.objects.get(customer=people.other), "alice")

    response = claim(email)

    assert response.status_code in {302, 422}  # * is no address at all
    assert not mail.outbox
    assert not Invitation.objects.exists()


def test_answers_alike_and_writes_alike(people, acme):
    bodies, queries = set(), []
    emails = ("sales@acme.example", "nobody@unknown.example", "bob@acme.example")
    for number, email in enumerate(emails):
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        with CaptureQueriesContext(connection) as counted:
            response = client.post(CLAIM, {"email": email})
        queries.append(len(counted))
        bodies.add((response.status_code, response.url, response.content))

    assert len(bodies) == 1
    assert len(set(queries)) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _people: Policy.objects.update(may_claim=False),
        lambda _people: Domain.objects.update(verified_at=None),
        lambda _people: Domain.objects.update(removed_at=timezone.now()),
        lambda people: type(people.acme).objects.update(is_active=False),
        lambda people: Policy.objects.create(
            customer=people.acme, domain=people.acme_domain, may_claim=False
        ),
        lambda _people: AddressProposal.objects.update(state="ignored"),
    ],
)
def test_what_is_not_allowed_any_more_voids_link_and_claim(people, acme, spoil):
    claim("sales@acme.example")
    path = sent_path()

    spoil(people)

    assert Client().get(path).status_code == 404
    assert join(path).status_code == 404
    mail.outbox.clear()
    claim("sales@acme.example")
    assert not mail.outbox
    assert not User.objects.filter(email="sales@acme.example").exists()


def test_off_until_an_admin_allows_it(people):
    factories.make_address(people.acme_domain, "info")

    claim("info@acme.example")

    assert not mail.outbox


def test_an_alias_made_meanwhile_gives_nothing(people, acme):
    claim("sales@acme.example")
    path = sent_path()
    factories.make_address(people.acme_domain, "sales", alias_of=people.bob_address)

    assert join(path).status_code == 404


def test_who_has_an_account_gets_the_way_to_the_password(people, acme):
    claim("bob@acme.example")

    assert mail.outbox[-1].to == ["bob@acme.example"]
    assert "/password/" in sent_path()
    assert not Invitation.objects.exists()


def test_an_admins_invitation_is_sent_as_it_is(people, acme):
    factories.make_address(people.acme_domain, "boss")
    invitation = factories.make_invitation(
        acme, people.alice, "boss@acme.example", role=Role.ADMIN
    )
    before = path_of(invitation)

    claim("boss@acme.example")

    assert sent_path() == before
    assert Invitation.objects.get().role == Role.ADMIN


def test_a_claim_makes_no_admin(people, acme):
    claim("sales@acme.example")
    Invitation.objects.update(role=Role.ADMIN)

    assert join(path_of(Invitation.objects.get())).status_code == 404


def test_s18_is_counted_per_address_and_per_network(people, acme):
    client = Client()
    same = [client.post(CLAIM, {"email": "a@acme.example"}) for _ in range(4)]
    others = [client.post(CLAIM, {"email": f"a{n}@x.example"}) for n in range(20)]

    assert [one.status_code for one in same] == [302, 302, 302, 429]
    assert others[-1].status_code == 429


def test_a_domain_is_not_claimed_whole(people, acme, settings):
    settings.CLAIMS_PER_DAY = 2
    for number in range(4):
        factories.make_address(people.acme_domain, f"m{number}")
        claims.take_up(f"m{number}@acme.example", language="de")

    assert Invitation.objects.count() == 2


def test_a_claim_twice_keeps_one_link_until_it_runs_out(people, acme):
    claim("sales@acme.example")
    first = sent_path()
    claim("sales@acme.example")
    assert sent_path() == first

    with time_machine.travel(timezone.now() + timedelta(days=8)):
        claim("sales@acme.example")
        assert sent_path() != first
        assert Client().get(sent_path()).status_code == 200


def test_the_log_in_page_leads_there(people):
    text = Client().get("/login/").content.decode()

    assert 'href="/claim/"' in text
    assert Client().get(CLAIM).status_code == 200
    assert Client().post("/claim/sent/").status_code == 405


def test_admins_see_what_was_asked_for(people, acme, client_for):
    claim("sales@acme.example")

    text = client_for(people.alice).get("/people/").content.decode()

    assert "selbst verlangt" in text
