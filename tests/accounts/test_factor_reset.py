"""A second factor reset by an admin: whose, by whom, and what it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.contrib import admin
from django.core import mail
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from accounts import second_factor
from accounts.actions import recovery_codes
from accounts.models import (
    AuditEvent,
    Membership,
    Policy,
    RecoveryCode,
    TotpDevice,
)
from accounts.tenancy import Role
from tests import factories
from tests.accounts.conftest import post_code, post_password, totp_code
from tests.conftest import TOTP_SECRET, make_totp_device
from tests.test_tenancy import walk

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def reset(client: Client, user, reason: str = "Telefon verloren"):
    return client.post(f"/people/{user.pk}/factor/reset/", {"reason": reason})


def test_takes_all_factors_ends_log_ins_and_tells(people, client_for, delivered):
    bob = client_for(people.bob)
    recovery_codes.issue_first_codes(people.bob)
    assert bob.get("/holds/").status_code == 200

    delivered(lambda: reset(client_for(people.alice), people.bob))

    assert not second_factor.has_factor(people.bob)
    assert not RecoveryCode.objects.exists()
    assert bob.get("/holds/").status_code == 302
    assert mail.outbox[-1].to == ["bob@acme.example"]
    assert "Ihr Administrator hat" in mail.outbox[-1].body
    event = AuditEvent.objects.get(action="factor.reset")
    assert event.actor == people.alice
    assert event.customer == people.acme
    assert event.object_id == str(people.bob.pk)
    assert event.detail == {"reason": "Telefon verloren", "factors": 1}


def test_the_person_enrols_anew_alone_where_a_factor_is_demanded(people, client_for):
    Policy.objects.filter(customer=people.acme).update(second_factor="everybody")
    make_totp_device(people.bob)
    reset(client_for(people.alice), people.bob)
    client = Client()

    post_password(client, "bob@acme.example")

    assert client.get("/holds/").url.startswith("/account/factor/")


def test_the_old_code_opens_nothing_any_more(people, client_for):
    make_totp_device(people.bob)
    halfway = Client()
    post_password(halfway, "bob@acme.example")
    reset(client_for(people.alice), people.bob)

    post_code(halfway, totp_code())

    assert halfway.get("/holds/").status_code == 302
    assert not TotpDevice.objects.filter(user=people.bob).exists()


def test_nobody_resets_their_own(people, client_for):
    client = client_for(people.alice)

    response = reset(client, people.alice)

    assert second_factor.has_factor(people.alice)
    page = client.get(response.url).content.decode()
    assert "Ihren eigenen zweiten Faktor ändern Sie in Ihrem Konto." in page


def test_whoever_belongs_to_another_customer_too_is_the_operators(people, client_for):
    """A reset by one customer would open the other one's mail to a password."""
    make_totp_device(people.bob)
    Membership.objects.create(user=people.bob, customer=people.other, role=Role.ADMIN)
    client = client_for(people.alice)

    response = reset(client, people.bob)

    assert second_factor.has_factor(people.bob)
    page = client.get(response.url).content.decode()
    assert "kann nur der Betreiber zurücksetzen" in page
    assert "Other GmbH" not in page


def test_a_customer_that_is_closed_protects_its_people_too(people, client_for):
    make_totp_device(people.bob)
    Membership.objects.create(user=people.bob, customer=people.other)
    people.other.is_active = False
    people.other.save()

    reset(client_for(people.alice), people.bob)

    assert second_factor.has_factor(people.bob)


def test_staff_is_out_of_reach(people, client_for):
    make_totp_device(people.operator)
    Membership.objects.create(user=people.operator, customer=people.acme)

    reset(client_for(people.alice), people.operator)

    assert second_factor.has_factor(people.operator)


def test_an_admin_resets_another_admin_of_the_same_customer(people, client_for):
    second = factories.make_person("a2@acme.example", people.acme, role=Role.ADMIN)
    make_totp_device(second)

    reset(client_for(people.alice), second)

    assert not second_factor.has_factor(second)


def test_members_and_strangers_reset_nobody(people, client_for):
    make_totp_device(people.rita)

    assert reset(client_for(people.bob), people.rita).status_code == 403
    assert reset(client_for(people.charlie), people.rita).status_code == 404
    assert second_factor.has_factor(people.rita)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201, "a\u202eb"])
def test_wants_a_reason(people, client_for, reason):
    make_totp_device(people.bob)

    response = reset(client_for(people.alice), people.bob, reason)

    assert response.status_code == 422
    assert second_factor.has_factor(people.bob)


def test_wants_a_fresh_proof(people, client_for):
    make_totp_device(people.bob)
    client = client_for(people.alice)

    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        response = reset(client, people.bob)

    assert response.url.startswith("/account/confirm/")
    assert second_factor.has_factor(people.bob)


def test_is_counted(people, client_for):
    client = client_for(people.alice)
    for _ in range(50):
        reset(client, people.rita)
    make_totp_device(people.bob)

    reset(client, people.bob)

    assert second_factor.has_factor(people.bob)


def test_no_page_of_an_admin_says_which_factor_it_is(people, client_for):
    device = make_totp_device(people.bob)
    TotpDevice.objects.filter(pk=device.pk).update(nickname="Bobs-Telefon")
    client = client_for(people.alice)

    for path in ("/people/", f"/people/{people.bob.pk}/"):
        text = client.get(path).content.decode()
        assert "Bobs-Telefon" not in text
        assert device.persistent_id not in text
        assert "Authenticator" not in text


def test_nobody_enrols_or_sees_a_factor_of_somebody_else(people, client_for):
    """Walks every address as operator and as admin, with the other's id in the form."""
    device = make_totp_device(people.bob)
    said = {
        "factor": device.persistent_id,
        "user": str(people.bob.pk),
        "user_id": str(people.bob.pk),
        "nickname": "gestohlen",
        "device_id": device.persistent_id,
    }
    for person in (people.operator, people.alice):
        client = client_for(person)
        for name, pattern in walk(get_resolver().url_patterns):
            if name in {"accounts:reset_person_factor", "accounts:logout"}:
                continue
            path = "/" + str(pattern.pattern).replace("<uuid:pk>", str(people.bob.pk))
            if "<" in path or "admin" in path:
                continue
            for text in (client.get(path, said), client.post(path, said)):
                body = b"".join(text) if text.streaming else text.content
                assert TOTP_SECRET not in body
                assert b"MTIzNDU2Nzg5MDEy" not in body

    mine = TotpDevice.objects.get(user=people.bob)
    assert (mine.pk, mine.nickname) == (device.pk, "")
    assert bytes(mine.sealed_secret) == bytes(device.sealed_secret)


def test_django_admin_knows_no_factor_at_all(people, client_for):
    make_totp_device(people.bob)
    client = client_for(people.operator)
    models = [model._meta.label_lower for model in admin.site._registry]

    page = client.get(f"/admin/accounts/user/{people.bob.pk}/change/").content.decode()

    assert not [name for name in models if "device" in name or "recovery" in name]
    assert not [name for name in models if name.startswith(("otp_", "two_factor"))]
    assert "totp" not in page.lower()
    assert "sealed" not in page
