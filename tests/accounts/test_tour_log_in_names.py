"""Attacker's tour: an address that two readers take for two different mailboxes.

Mail libraries write straße.ch by IDNA 2003 as strasse.ch, which is somebody else's.
"""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client

from accounts import tasks
from accounts.mailboxes import Domains
from accounts.models import Domain, Invitation, OutgoingMail, Policy, User
from accounts.people_csv import judge, read_table
from tests import factories
from tests.accounts.conftest import post_password
from tests.accounts.test_invitations import INVITE, join
from tests.factories import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.db]
STREET, KEPT = "info@straße.ch", "info@xn--strae-oqa.ch"
# A zero-width sign that IDNA 2003 drops; IDNA 2008 knows no such name.
HIDDEN = "bob@ac\u200cme.example"


@pytest.fixture
def street(people) -> Domain:
    """Let Acme hold straße.ch, whose info@ may take its account itself."""
    domain = Domain.objects.create(
        customer=people.acme, name="xn--strae-oqa.ch", is_vouched=True
    )
    Domain.objects.filter(pk=domain.pk).update(verified_at="2026-01-01T00:00Z")
    Policy.objects.filter(customer=people.acme).update(may_claim=True)
    factories.make_address(domain, "info")
    return domain


def send_waiting() -> None:
    for waiting in OutgoingMail.objects.filter(state="queued"):
        tasks.send_mail(str(waiting.pk))


@pytest.mark.parametrize("typed", [STREET, "INFO@STRASSE.CH".replace("SS", "ß"), KEPT])
def test_a_claim_is_mailed_to_the_domain_that_was_proved(street, typed):
    Client().post("/claim/", {"email": typed})
    send_waiting()

    assert mail.outbox[-1].message()["To"] == KEPT
    assert mail.outbox[-1].recipients() == [KEPT]
    assert Invitation.objects.get().email == KEPT


def test_the_neighbour_in_ascii_claims_nothing(street):
    Client().post("/claim/", {"email": "info@strasse.ch"})
    send_waiting()

    assert not mail.outbox


def test_an_invitation_goes_to_the_domain_that_was_typed(street, people, client_for):
    client_for(people.alice).post(INVITE, {"email": STREET, "role": "member"})
    send_waiting()

    assert mail.outbox[-1].message()["To"] == KEPT


def test_people_log_in_and_reset_in_either_spelling(street):
    User.objects.create_user(STREET, PASSWORD)

    by_name = post_password(Client(), STREET)
    by_label = post_password(Client(), KEPT)
    Client().post("/password/", {"email": STREET})
    send_waiting()

    assert {by_name.status_code, by_label.status_code} == {302}
    assert mail.outbox[-1].recipients() == [KEPT]


def test_one_spelling_is_one_account_for_the_limits(street):
    User.objects.create_user(STREET, PASSWORD)
    for typed in [STREET, KEPT, STREET.upper().replace("SS", "ß"), KEPT, STREET]:
        post_password(Client(), typed, "wrong")

    assert post_password(Client(), KEPT).status_code == 429


def test_an_address_with_something_hidden_gets_no_mail(people, client_for):
    sent = client_for(people.alice).post(INVITE, {"email": HIDDEN, "role": "member"})
    rows = read_table(f"email\n{HIDDEN}\n".encode())
    listed = judge(rows, Domains.of(people.acme.pk), set())
    User.objects.filter(pk=people.bob.pk).update(email=HIDDEN)
    OutgoingMail.objects.all().delete()
    Client().post("/password/", {"email": HIDDEN})
    send_waiting()

    assert sent.status_code == 422
    assert [row.reason for row in listed] == ["form"]
    assert not mail.outbox
    assert OutgoingMail.objects.get(kind="password_reset").state == "failed"


def test_an_operator_makes_no_second_account_by_spelling(people, client_for):
    User.objects.create_user(STREET, PASSWORD)
    client = client_for(people.operator)
    fields = {"email": STREET, "time_zone": "Europe/Zurich"}

    again = client.post("/admin/accounts/user/add/", fields)
    hidden = client.post("/admin/accounts/user/add/", fields | {"email": HIDDEN})

    assert again.context["adminform"].form.errors["email"]
    assert hidden.context["adminform"].form.errors["email"]


def test_the_link_of_a_claim_makes_the_account_of_that_domain(street):
    Client().post("/claim/", {"email": STREET})
    send_waiting()
    path = "/invitation/" + mail.outbox[-1].body.split("/invitation/")[1].split()[0]

    assert join(path).status_code == 302
    assert User.objects.filter(email=KEPT).exists()
