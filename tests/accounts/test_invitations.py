"""Invitations: sent, repeated, withdrawn, accepted once and by nobody else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.invitation_links import make_link
from accounts.models import (
    Address,
    AddressGrant,
    AuditEvent,
    Invitation,
    Membership,
    Policy,
    User,
)
from accounts.tenancy import Role
from tests import factories
from tests.accounts.conftest import post_password
from tests.factories import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.db]
INVITE = "/people/invite/"
NEW = "new@acme.example"
OTHER_PASSWORD = "vier-Becher-Milch-im-Stall"


def send(client: Client, email: str = NEW, **fields):
    return client.post(INVITE, {"email": email, "role": "member", **fields})


def path_of(invitation: Invitation) -> str:
    return "/" + make_link(invitation).split("/", 3)[3]


def join(path: str, password: str = PASSWORD, client: Client | None = None):
    fields = {"new_password1": password, "new_password2": password, "full_name": "Neu"}
    return (client or Client()).post(path, fields)


def test_invites_and_mails_a_link(people, client_for, delivered):
    response = delivered(lambda: send(client_for(people.alice)))

    sent = mail.outbox[-1]
    assert response.url == "/people/"
    assert sent.to == [NEW]
    assert "Acme AG lädt Sie" in sent.subject
    path = re.search(r"https?://[^/]+(/invitation/\S+)", sent.body)[1]
    assert Client().get(path).status_code == 200
    assert not User.objects.filter(email=NEW).exists()
    event = AuditEvent.objects.get(action="invitation.send")
    assert event.detail == {"role": "member", "addresses": 1}


def test_whoever_accepts_sets_a_password_and_sees_the_own_address(
    people, client_for, delivered
):
    send(client_for(people.alice))
    path = path_of(Invitation.objects.get())

    response = join(path)

    person = User.objects.get(email=NEW)
    assert response.url == "/login/"
    assert person.check_password(PASSWORD)
    assert person.full_name == "Neu"
    assert Membership.objects.get(user=person).role == Role.MEMBER
    assert str(AddressGrant.objects.get(user=person).address) == NEW
    assert AuditEvent.objects.filter(action="invitation.accept").count() == 1


def test_accepting_logs_nobody_in_and_enrolment_follows_where_demanded(people):
    Policy.objects.filter(customer=people.acme).update(second_factor="everybody")
    invitation = factories.make_invitation(people.acme, people.alice)
    client = Client()

    join(path_of(invitation), client=client)
    before = client.get("/holds/")
    post_password(client, NEW)
    after = client.get("/holds/")

    assert before.url.startswith("/login/")
    assert after.url.startswith("/account/factor/")


def test_the_link_works_once(people):
    path = path_of(factories.make_invitation(people.acme, people.alice))
    join(path)

    again = join(path, OTHER_PASSWORD)

    assert again.status_code == 404
    assert User.objects.get(email=NEW).check_password(PASSWORD)


def test_looking_at_the_link_uses_nothing_up(people):
    path = path_of(factories.make_invitation(people.acme, people.alice))

    for _ in range(3):
        assert Client().get(path).status_code == 200

    assert join(path).status_code == 302


def test_the_link_expires(people, settings):
    invitation = factories.make_invitation(people.acme, people.alice)
    path = path_of(invitation)

    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert Client().get(path).status_code == 404
        assert join(path).status_code == 404
    assert not User.objects.filter(email=NEW).exists()


def test_sending_again_voids_the_link_before(people, client_for):
    invitation = factories.make_invitation(people.acme, people.alice)
    old = path_of(invitation)

    client_for(people.alice).post(f"/people/invitations/{invitation.pk}/send/")

    invitation.refresh_from_db()
    assert join(old).status_code == 404
    assert join(path_of(invitation)).status_code == 302


def test_withdrawing_voids_the_link(people, client_for):
    invitation = factories.make_invitation(people.acme, people.alice)

    client_for(people.alice).post(f"/people/invitations/{invitation.pk}/withdraw/")

    assert join(path_of(invitation)).status_code == 404
    assert AuditEvent.objects.filter(action="invitation.withdraw").exists()


def test_inviting_again_keeps_one_invitation_with_the_new_role(people, client_for):
    client = client_for(people.alice)
    send(client)

    send(client, role="admin")

    invitation = Invitation.objects.get()
    assert invitation.role == Role.ADMIN
    assert invitation.sends == 2


@pytest.mark.parametrize("email", ["charlie@other.example", "nobody@remote.example"])
def test_answers_the_same_whether_an_account_exists_elsewhere(
    people, client_for, delivered, email
):
    client = client_for(people.alice)
    response = delivered(lambda: send(client, email))

    page = client.get("/people/").content.decode()

    assert response.status_code == 302
    assert "Die Einladung ist unterwegs." in page
    assert "noch kein" not in page
    assert mail.outbox[-1].to == [email]
    assert Membership.objects.filter(customer=people.acme).count() == 3


def test_an_existing_person_joins_by_their_own_yes_only(people, client_for):
    invitation = factories.make_invitation(
        people.acme, people.alice, "charlie@other.example"
    )
    path = path_of(invitation)
    stranger = Client().get(path).content.decode()
    charlie = client_for(people.charlie)
    page = charlie.get(path).content.decode()
    assert "Melden Sie sich an" in stranger
    assert "Einladung annehmen" in page
    assert not Membership.objects.filter(user=people.charlie, customer=people.acme)

    response = charlie.post(f"{path}accept/")

    assert response.url == "/"
    joined = Membership.objects.get(user=people.charlie, customer=people.acme)
    assert joined.role == Role.MEMBER
    people.charlie.refresh_from_db()
    assert people.charlie.check_password(PASSWORD)
    assert charlie.post(f"{path}accept/").status_code == 404


def test_the_link_sets_no_password_of_an_existing_person(people):
    invitation = factories.make_invitation(
        people.acme, people.alice, "charlie@other.example"
    )

    response = join(path_of(invitation), OTHER_PASSWORD)

    people.charlie.refresh_from_db()
    assert response.status_code == 200
    assert people.charlie.check_password(PASSWORD)
    assert Membership.objects.filter(user=people.charlie).count() == 1


def test_nobody_accepts_for_somebody_else(people, client_for):
    invitation = factories.make_invitation(
        people.acme, people.alice, "charlie@other.example", role=Role.ADMIN
    )
    path = path_of(invitation)
    bob = client_for(people.bob)

    page = bob.get(path).content.decode()
    response = bob.post(f"{path}accept/")

    assert "Angemeldet ist bob@acme.example" in page
    assert response.status_code == 404
    assert Membership.objects.get(user=people.bob).role == Role.MEMBER
    assert Invitation.objects.get().accepted_at is None


def test_a_session_without_its_second_factor_accepts_nothing(people, client_for):
    client_for(people.charlie)  # enrols
    invitation = factories.make_invitation(
        people.acme, people.alice, "charlie@other.example"
    )
    halfway = Client()
    halfway.force_login(people.charlie)

    response = halfway.post(f"{path_of(invitation)}accept/")

    assert response.url.startswith("/account/confirm/")
    assert Invitation.objects.get().accepted_at is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-4] + "AAAA",
        lambda token: token[:10],
        lambda _token: "x",
        lambda token: token + "AAAA",
        lambda _token: "ä" * 64,
        lambda _token: "A" * 64,
        lambda _token: "-" * 64,
    ],
)
def test_guessed_links_open_nothing_and_look_like_used_ones(people, spoil):
    path = path_of(factories.make_invitation(people.acme, people.alice))
    token = path.split("/")[2]
    used = factories.make_invitation(
        people.acme, people.alice, "used@acme.example", accepted_at=timezone.now()
    )

    guessed = Client().get(f"/invitation/{spoil(token)}/")

    assert guessed.status_code == 404
    known = Client().get(path_of(used))
    strip = re.compile(
        r'csrfmiddlewaretoken" value="[^"]+|"X-CSRFToken": "[^"]+|/invit[^"]+'
    )
    assert strip.sub("", guessed.content.decode()) == strip.sub(
        "", known.content.decode()
    )


def test_the_token_of_one_invitation_opens_no_other(people):
    mine = factories.make_invitation(people.other, people.charlie, "x@other.example")
    theirs = factories.make_invitation(people.acme, people.alice, role=Role.ADMIN)
    theirs_token = path_of(theirs).split("/")[2]
    mine_token = path_of(mine).split("/")[2]
    # The id takes 16 bytes, a little over 21 signs of base64.
    crossed = theirs_token[:24] + mine_token[24:]

    assert Client().get(f"/invitation/{crossed}/").status_code == 404


def test_the_row_holds_nothing_that_opens_it(people):
    invitation = factories.make_invitation(people.acme, people.alice)
    token = path_of(invitation).split("/")[2]

    row = " ".join(str(value) for value in Invitation.objects.values().get().values())

    assert token not in row
    assert token[24:] not in row


def test_a_retired_admin_leaves_no_door_for_another_admin(people):
    factories.make_person("a2@acme.example", people.acme, role=Role.ADMIN)
    door = factories.make_invitation(
        people.acme, people.alice, "alice@private.example", role=Role.ADMIN
    )
    colleague = factories.make_invitation(people.acme, people.alice)
    Membership.objects.filter(user=people.alice).delete()

    assert join(path_of(door)).status_code == 404
    assert join(path_of(colleague)).status_code == 302


def test_an_invitation_of_a_closed_customer_opens_nothing(people):
    invitation = factories.make_invitation(people.acme, people.alice)
    people.acme.is_active = False
    people.acme.save()

    assert Client().get(path_of(invitation)).status_code == 404


def test_a_closed_account_is_not_opened_by_an_invitation(people):
    User.objects.create_user(NEW, is_active=False)
    invitation = factories.make_invitation(people.acme, people.alice)

    assert join(path_of(invitation)).status_code == 404
    assert not User.objects.get(email=NEW).has_usable_password()


def test_gives_the_addresses_that_were_named(people, client_for):
    send(client_for(people.alice), addresses="bob@acme.example\ninfo@ACME.example")

    join(path_of(Invitation.objects.get()))

    grants = AddressGrant.objects.filter(user__email=NEW)
    assert sorted(str(grant.address) for grant in grants) == [
        "bob@acme.example",
        "info@acme.example",
    ]
    assert Address.objects.filter(local_part="bob").count() == 1


@pytest.mark.parametrize(
    "addresses", ["charlie@other.example", "x", "*@acme.example ", "@acme.example"]
)
def test_refuses_addresses_that_are_not_the_customers(people, client_for, addresses):
    response = send(client_for(people.alice), addresses=addresses)

    assert response.status_code == 422
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    "fields", [{"email": "x"}, {"role": "operator"}, {"role": "superuser"}]
)
def test_refuses_bad_input(people, client_for, fields):
    response = client_for(people.alice).post(
        INVITE, {"email": NEW, "role": "member"} | fields
    )

    assert response.status_code == 422
    assert not Invitation.objects.exists()


def test_says_who_belongs_already(people, client_for):
    response = send(client_for(people.alice), "BOB@acme.example")

    assert response.status_code == 422
    assert "Diese Person gehört schon dazu." in response.content.decode()


def test_members_and_strangers_invite_nobody(people, client_for):
    invitation = factories.make_invitation(people.acme, people.alice)
    bob, charlie = client_for(people.bob), client_for(people.charlie)

    assert send(bob, "x@acme.example").status_code == 403
    for act in ("send", "withdraw"):
        path = f"/people/invitations/{invitation.pk}/{act}/"
        assert bob.post(path).status_code == 403
        assert charlie.post(path).status_code == 404
    invitation.refresh_from_db()
    assert invitation.sends == 1
    assert Invitation.objects.count() == 1


def test_a_customer_is_stopped_after_its_daily_number(people, client_for, settings):
    settings.INVITATIONS_PER_DAY = 2
    client = client_for(people.alice)
    send(client, "a@acme.example")
    send(client, "b@acme.example")

    response = send(client, "c@acme.example")

    assert response.status_code == 429
    assert Invitation.objects.count() == 2


def test_nobody_is_flooded_with_invitations(people, client_for, delivered):
    client = client_for(people.alice)

    for _ in range(8):
        delivered(lambda: send(client, "victim@remote.example"))

    assert len(mail.outbox) == 5


def test_a_weak_first_password_is_refused(people):
    path = path_of(factories.make_invitation(people.acme, people.alice))

    response = join(path, "kurz")

    assert response.status_code == 422
    assert not User.objects.filter(email=NEW).exists()


def test_asks_for_a_fresh_proof(people, client_for):
    client = client_for(people.alice)

    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        response = send(client)

    assert response.url.startswith("/account/confirm/")
    assert not Invitation.objects.exists()
