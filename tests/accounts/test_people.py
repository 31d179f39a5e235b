"""People of a customer, as its admin sees and changes them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.actions import people as actions
from accounts.errors import NotPermitted
from accounts.models import (
    AddressGrant,
    AuditEvent,
    Membership,
    Policy,
    TotpDevice,
    User,
)
from accounts.tenancy import Role
from tests import factories
from tests.conftest import actor_of, make_totp_device

pytestmark = [pytest.mark.django_db, pytest.mark.db]
PEOPLE = "/people/"


def page_of(user: User) -> str:
    return f"/people/{user.pk}/"


def role_of(user: User) -> str:
    return Membership.objects.get(user=user).role


def change_role(client, user: User, role: str):
    return client.post(f"{page_of(user)}role/change/", {"role": role})


def end(client, user: User, **data):
    return client.post(f"{page_of(user)}end/", data)


def test_lists_role_addresses_and_factor_status_only(people, client_for):
    device = make_totp_device(people.bob)
    TotpDevice.objects.filter(pk=device.pk).update(nickname="Bobs Telefon")

    text = client_for(people.alice).get(PEOPLE).content.decode()

    assert "bob@acme.example" in text
    assert "Administrator" in text
    assert "eingerichtet" in text
    assert "Bobs Telefon" not in text
    assert "Authenticator" not in text
    assert "charlie" not in text


@pytest.mark.parametrize(
    ("demand", "day", "said"),
    [
        ("nobody", None, "keiner"),
        ("admins", None, "keiner"),
        ("everybody", None, "fehlt, verlangt</span>"),
        ("everybody", date(2030, 3, 1), "fehlt, verlangt ab 01.03.2030"),
    ],
)
def test_says_whether_a_second_factor_is_missing(people, client_for, demand, day, said):
    client = client_for(people.alice)
    Policy.objects.filter(customer=people.acme).update(
        second_factor=demand, second_factor_from=day
    )

    text = client.get(page_of(people.bob)).content.decode()

    assert said in text


def test_finds_people_by_name_and_address(people, client_for):
    User.objects.filter(pk=people.rita.pk).update(full_name="Rita Rot")
    client = client_for(people.alice)

    by_name = client.get(PEOPLE, {"q": "rot"}).context["page"].rows
    nobody = client.get(PEOPLE, {"q": "niemand"}).content.decode()

    assert [row.user for row in by_name] == [people.rita]
    assert "Niemand passt auf «niemand»." in nobody


def test_pages_through_many_people(people, client_for):
    for number in range(120):
        factories.make_person(f"p{number:03}@acme.example", people.acme)
    client = client_for(people.alice)
    first = client.get(PEOPLE).context["page"]

    second = client.get(PEOPLE, {"after": str(first.next_after)}).context["page"]

    assert len(first.rows) == 100
    assert len(second.rows) == 23
    assert second.next_after is None


def test_the_list_costs_the_same_for_many(
    people, client_for, django_assert_max_num_queries
):
    for number in range(60):
        person = factories.make_person(f"p{number:03}@acme.example", people.acme)
        factories.grant(person, people.bob_address)
    client = client_for(people.alice)

    with django_assert_max_num_queries(14):
        client.get(PEOPLE)


def test_members_are_refused(people, client_for):
    client = client_for(people.bob)

    assert client.get(PEOPLE).status_code == 403
    assert client.get(page_of(people.rita)).status_code == 403
    assert change_role(client, people.bob, "admin").status_code == 403
    assert end(client, people.alice).status_code == 403
    assert role_of(people.bob) == Role.MEMBER


def test_rejects_the_wrong_method(people, client_for):
    client = client_for(people.alice)

    assert client.get(f"{page_of(people.bob)}role/change/").status_code == 405
    assert client.post(PEOPLE).status_code == 405
    assert client.put(f"{page_of(people.bob)}end/").status_code == 405


def test_gives_another_role(people, client_for, mailoutbox, worker_in_line):
    client = client_for(people.alice)

    response = change_role(client, people.bob, "admin")

    assert response.url == page_of(people.bob)
    assert role_of(people.bob) == Role.ADMIN
    assert AuditEvent.objects.get(action="membership.role").detail == {
        "role": "admin",
        "was": "member",
    }


@pytest.mark.parametrize("role", ["operator", "owner", "", "support"])
def test_refuses_roles_that_do_not_exist(people, client_for, role):
    change_role(client_for(people.alice), people.bob, role)

    assert role_of(people.bob) == Role.MEMBER


def test_charlie_reaches_nobody_of_acme(people, client_for):
    client = client_for(people.charlie)

    assert client.get(page_of(people.bob)).status_code == 404
    assert change_role(client, people.bob, "admin").status_code == 404
    assert end(client, people.bob).status_code == 404
    assert role_of(people.bob) == Role.MEMBER


def test_a_membership_of_another_customer_is_out_of_reach(people, client_for):
    """The person is shared, the membership in the URL is one's own customer's."""
    Membership.objects.create(user=people.bob, customer=people.other)
    client = client_for(people.charlie)

    change_role(client, people.bob, "admin")
    end(client, people.bob)

    assert list(Membership.objects.filter(user=people.bob)) == [
        Membership.objects.get(user=people.bob, customer=people.acme)
    ]
    assert role_of(people.bob) == Role.MEMBER
    assert AddressGrant.objects.filter(user=people.bob).count() == 1


def test_the_last_admin_stays(people, client_for):
    client = client_for(people.alice)

    demoted = change_role(client, people.alice, "member")
    ended = end(client, people.alice)

    assert demoted.status_code == ended.status_code == 302
    assert role_of(people.alice) == Role.ADMIN
    text = client.get(page_of(people.alice)).content.decode()
    assert "Das ist der einzige Administrator." in text


def test_an_admin_whose_account_is_closed_does_not_count(people, client_for):
    factories.make_person("a2@acme.example", people.acme, role="admin", is_active=False)

    change_role(client_for(people.alice), people.alice, "member")

    assert role_of(people.alice) == Role.ADMIN


def test_an_admin_steps_down_where_there_is_another(people, client_for):
    factories.make_person("a2@acme.example", people.acme, role="admin")

    response = change_role(client_for(people.alice), people.alice, "member")

    assert response.url == "/"
    assert role_of(people.alice) == Role.MEMBER


def test_hands_addresses_over(people, client_for):
    membership = Membership.objects.get(user=people.rita)
    AddressGrant.objects.filter(user=people.rita).update(gets_digest=False)

    end(client_for(people.alice), people.bob, heir=membership.pk)

    grant = AddressGrant.objects.get()
    assert grant.user == people.rita
    assert grant.can_act
    assert grant.gets_digest
    assert not Membership.objects.filter(user=people.bob).exists()
    event = AuditEvent.objects.get(action="membership.end")
    assert event.detail == {"heir": str(people.rita.pk), "handed_over": 1}


def test_ends_the_grants_without_an_heir_and_keeps_the_person(people, client_for):
    hold = factories.make_hold(people.acme, decided_by=people.bob)
    Membership.objects.create(user=people.bob, customer=people.other)
    bob = client_for(people.bob)

    end(client_for(people.alice), people.bob)

    hold.refresh_from_db()
    assert hold.decided_by == people.bob
    assert not AddressGrant.objects.filter(user=people.bob).exists()
    assert Membership.objects.get(user=people.bob).customer == people.other
    assert bob.get(f"/holds/{hold.pk}/").status_code == 404


def test_refuses_a_stranger_as_heir(people, client_for):
    foreign = Membership.objects.get(user=people.charlie)

    response = end(client_for(people.alice), people.bob, heir=foreign.pk)

    assert response.status_code == 422
    assert Membership.objects.filter(user=people.bob).exists()


def test_whoever_was_demoted_meanwhile_changes_nothing(people):
    stale = actor_of(people.alice)
    Membership.objects.filter(user=people.alice).update(role=Role.MEMBER)
    bob = Membership.objects.get(user=people.bob)

    with pytest.raises(NotPermitted):
        actions.change_role(bob, "admin", actor=stale)
    with pytest.raises(NotPermitted):
        actions.end_membership(bob, heir=None, actor=stale)

    assert role_of(people.bob) == Role.MEMBER


def test_asks_for_a_fresh_proof(people, client_for):
    client = client_for(people.alice)

    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        changed = change_role(client, people.bob, "admin")
        ended = end(client, people.bob)

    assert changed.url.startswith("/account/confirm/")
    assert ended.url.startswith("/account/confirm/")
    assert role_of(people.bob) == Role.MEMBER
