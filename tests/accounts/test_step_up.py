"""The proof that is asked for again before what matters."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, TotpDevice, User
from accounts.models.customers import FactorDemand, Policy
from accounts.second_factor import (
    BY_FACTOR,
    BY_PASSWORD,
    PROOF_KEY,
    has_fresh_proof,
)
from tests.accounts.conftest import new_passwords, post_password, totp_code
from tests.conftest import make_totp_device
from tests.factories import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.db]
NEW = "sieben-Birnen-auf-dem-Dach"


def in_ten_minutes() -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(minutes=10))


def change_password(client: Client):
    return client.post("/account/password/", new_passwords(NEW))


def test_a_fresh_session_changes_the_password_and_keeps_running(people, client_for):
    client = client_for(people.bob)
    other = client_for(people.bob)

    response = change_password(client)

    people.bob.refresh_from_db()
    assert response.url == "/account/"
    assert people.bob.check_password(NEW)
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    assert AuditEvent.objects.filter(action="password.change").exists()


def test_the_new_password_needs_the_present_one(people, client_for):
    """A fresh proof is not enough: somebody may have found the browser open."""
    client = client_for(people.bob)

    response = client.post("/account/password/", new_passwords(NEW, old="falsch"))

    people.bob.refresh_from_db()
    assert response.status_code == 422
    assert people.bob.check_password(PASSWORD)


def test_tries_of_the_present_password_are_throttled(people, client_for):
    client = client_for(people.bob)
    for _ in range(5):
        client.post("/account/password/", new_passwords(NEW, old="falsch"))

    response = client.post("/account/password/", new_passwords(NEW))

    assert response.status_code == 429
    assert people.bob.check_password(PASSWORD)


def test_a_proof_by_password_changes_the_session_key(people, client: Client):
    client.force_login(people.bob)
    before = client.session.session_key

    client.post("/account/confirm/", {"password": PASSWORD})

    assert client.session.session_key != before


def test_an_old_session_is_asked_for_the_code(people, client_for):
    client = client_for(people.bob)
    with in_ten_minutes():
        response = change_password(client)

    people.bob.refresh_from_db()
    assert response.url.startswith("/account/confirm/")
    assert people.bob.check_password(PASSWORD)


def test_the_password_is_no_proof_for_whoever_has_a_factor(people, client_for):
    client = client_for(people.bob)
    with in_ten_minutes():
        client.post("/account/confirm/", {"password": PASSWORD})

        assert client.get("/account/password/").status_code == 302


@pytest.mark.parametrize(("by", "fresh"), [(BY_PASSWORD, False), (BY_FACTOR, True)])
def test_a_password_typed_before_enrolment_is_no_proof_after(people, rf, by, fresh):
    make_totp_device(people.bob)
    request = rf.get("/")
    request.user = people.bob
    request.session = {PROOF_KEY: {"at": int(time.time()), "by": by}}

    assert has_fresh_proof(request) is fresh


def test_returns_to_where_one_was(people, client_for):
    client = client_for(people.bob)
    with in_ten_minutes():
        asked = client.get("/account/password/")
        response = client.post(asked.url, {"code": totp_code()})

        assert response.url == "/account/password/"
        assert client.get("/account/password/").status_code == 200


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", ""])
def test_never_returns_to_a_foreign_host(people, client_for, target):
    client = client_for(people.bob)

    response = client.post("/account/confirm/", {"code": totp_code(), "next": target})

    assert response.url == "/"


def test_a_post_returns_to_the_page_that_held_the_button(people, client_for):
    client = client_for(people.bob)
    with in_ten_minutes():
        response = client.post(
            "/account/factor/remove/",
            {"factor": "x"},
            headers={"Referer": "http://testserver/account/?a=1"},
        )

    assert response.url == "/account/confirm/?next=%2Faccount%2F%3Fa%3D1"


def test_a_person_without_a_factor_types_the_password(people, client: Client):
    client.force_login(people.bob)
    wrong = client.post("/account/confirm/", {"password": "falsch"})

    response = client.post("/account/confirm/", {"password": PASSWORD})

    assert wrong.status_code == 422
    assert response.status_code == 302
    assert client.get("/account/password/").status_code == 200


def test_password_tries_of_step_up_are_throttled(people, client: Client):
    client.force_login(people.bob)
    for _ in range(5):
        client.post("/account/confirm/", {"password": "falsch"})

    response = client.post("/account/confirm/", {"password": PASSWORD})

    assert response.status_code == 429


def test_wrong_code_is_no_proof(people, client_for):
    client = client_for(people.bob)
    with in_ten_minutes():
        wrong = f"{(int(totp_code()) + 7) % 10**6:06d}"
        refused = client.post("/account/confirm/", {"code": wrong})

        assert refused.status_code == 422
        assert client.get("/account/password/").status_code == 302


@pytest.mark.parametrize("password", ["elf-Zeichen", "bob@acme.example"])
def test_refuses_a_weak_new_password(people, client_for, password):
    response = client_for(people.bob).post(
        "/account/password/", new_passwords(password)
    )

    assert response.status_code == 422


def test_removes_a_factor_told_and_audited(people, client_for):
    client = client_for(people.bob)
    device = TotpDevice.objects.get(user=people.bob)
    page = client.get("/account/factor/remove/", {"factor": device.persistent_id})

    response = client.post("/account/factor/remove/", {"factor": device.persistent_id})

    assert "entfernen?" in page.content.decode()
    assert response.url == "/account/"
    assert not TotpDevice.objects.filter(user=people.bob).exists()
    assert AuditEvent.objects.filter(action="factor.remove").exists()


def test_nobody_removes_the_factor_of_another(people, client_for):
    client_for(people.bob)
    foreign = TotpDevice.objects.get(user=people.bob)

    response = client_for(people.alice).post(
        "/account/factor/remove/", {"factor": foreign.persistent_id}
    )

    assert response.status_code == 404
    assert TotpDevice.objects.filter(pk=foreign.pk).exists()


def test_the_last_factor_stays_while_it_is_demanded(people, client_for):
    Policy.objects.filter(customer=people.acme).update(
        second_factor=FactorDemand.EVERYBODY
    )
    client = client_for(people.bob)
    device = TotpDevice.objects.get(user=people.bob)

    client.post("/account/factor/remove/", {"factor": device.persistent_id})

    assert TotpDevice.objects.filter(pk=device.pk).exists()


def test_profile_shows_no_secret(people, client_for):
    client = client_for(people.bob)

    page = client.get("/account/").content.decode()

    assert "Authenticator-App" in page
    assert "GEZDGNBVGY3TQOJQ" not in page


def test_hides_the_account_from_strangers(people, client: Client):
    for path in ("/account/", "/account/password/", "/account/confirm/"):
        assert client.get(path).url.startswith("/login/")


def test_log_in_counts_as_proof(people, client: Client):
    post_password(client, "bob@acme.example")

    assert client.get("/account/password/").status_code == 200
    assert User.objects.get(pk=people.bob.pk).check_password(PASSWORD)
