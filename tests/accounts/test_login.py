"""Log-in: password, then the code."""

from __future__ import annotations

import time

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts import tasks, totp
from accounts.models import AuditEvent, TotpDevice
from tests.accounts.conftest import LOGIN, post_code, post_password, totp_code
from tests.conftest import make_totp_device

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_logs_in_by_password_when_there_is_no_factor(people, client: Client):
    response = post_password(client, "bob@acme.example")

    assert response.status_code == 302
    assert client.session[SESSION_KEY] == str(people.bob.pk)
    assert AuditEvent.objects.filter(action="auth.login", actor=people.bob).exists()


def test_asks_for_the_code_before_anybody_is_logged_in(people, client: Client):
    make_totp_device(people.bob)

    response = post_password(client, "bob@acme.example")

    assert response.status_code == 200
    assert "Code eingeben" in response.content.decode()
    assert SESSION_KEY not in client.session


def test_logs_in_verified_by_password_and_code(people, client: Client):
    device = make_totp_device(people.bob)
    post_password(client, "bob@acme.example", next="/account/")

    response = post_code(client, totp_code(), next="/account/")

    assert response.url == "/account/"
    assert client.session["otp_device_id"] == device.persistent_id
    assert client.get("/account/").status_code == 200


def test_the_code_of_the_log_in_is_a_fresh_proof(people, client: Client):
    make_totp_device(people.bob)
    post_password(client, "bob@acme.example")

    post_code(client, totp_code())

    assert client.get("/account/password/").status_code == 200


def test_refuses_a_wrong_password_and_an_unknown_person_alike(people, client: Client):
    wrong = post_password(client, "bob@acme.example", "nicht-das-richtige")
    unknown = post_password(client, "nobody@acme.example", "nicht-das-richtige")

    assert wrong.status_code == unknown.status_code == 422
    errors = [r.context["wizard"]["form"].non_field_errors() for r in (wrong, unknown)]
    assert errors[0] == errors[1]


def test_hashes_as_much_for_an_unknown_person(people, client: Client, monkeypatch):
    from django.contrib.auth.hashers import MD5PasswordHasher  # noqa: PLC0415

    counted = []
    real = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher,
        "encode",
        lambda self, *a: counted.append(1) or real(self, *a),
    )
    post_password(client, "bob@acme.example", "nicht-das-richtige")
    known = len(counted)
    post_password(client, "nobody@acme.example", "nicht-das-richtige")

    assert known == 1
    assert len(counted) - known == known


def test_rejects_a_code_without_a_password(people, client: Client):
    make_totp_device(people.bob)
    client.get(LOGIN)

    response = post_code(client, totp_code())

    assert SESSION_KEY not in client.session
    assert "Passwort" in response.content.decode()


def test_challenge_without_a_password_starts_anew(people, client: Client):
    device = make_totp_device(people.bob)

    response = client.post(LOGIN, {"challenge_device": device.persistent_id})

    assert response.status_code == 302
    assert response.url == LOGIN


def test_refuses_a_code_that_was_used(people, client: Client):
    make_totp_device(people.bob)
    code = totp_code()
    post_password(client, "bob@acme.example")
    post_code(client, code)
    other = Client()
    post_password(other, "bob@acme.example")

    response = post_code(other, code)

    assert response.status_code == 422
    assert SESSION_KEY not in other.session


def test_tolerates_half_a_minute_but_not_more(people):
    device = make_totp_device(people.bob)
    now = totp.current_step()

    assert not device.verify_token(totp.code_at(b"12345678901234567890", now - 3))
    assert device.verify_token(totp.code_at(b"12345678901234567890", now - 1))


def test_of_two_uses_in_the_same_moment_one_wins(people):
    device = make_totp_device(people.bob)
    twin = TotpDevice.objects.get(pk=device.pk)
    code = totp_code()

    assert [device.verify_token(code), twin.verify_token(code)] == [True, False]


def test_the_session_key_changes_at_log_in(people, client: Client):
    make_totp_device(people.bob)
    post_password(client, "bob@acme.example")
    before = client.session.session_key

    post_code(client, totp_code())

    assert client.session.session_key != before


def test_never_leads_to_a_foreign_host(people, client: Client):
    response = post_password(client, "bob@acme.example", next="https://evil.example/")

    assert response.url == "/"


def test_device_of_somebody_else_is_not_asked(people, client: Client):
    make_totp_device(people.bob)
    foreign = make_totp_device(people.alice)
    post_password(client, "bob@acme.example")

    response = client.post(LOGIN, {"challenge_device": foreign.persistent_id})

    assert response.context["device"].user_id == people.bob.pk


def test_the_second_screen_waits_ten_minutes(people, client: Client):
    make_totp_device(people.bob)
    post_password(client, "bob@acme.example")

    with time_machine.travel(time.time() + 601):
        response = post_code(client, totp_code())

    assert response.status_code == 200
    assert 'name="auth-password"' in response.content.decode()
    assert SESSION_KEY not in client.session


def test_whoever_is_logged_in_goes_on(people, client_for):
    assert client_for(people.bob).get(LOGIN, {"next": "/account/"}).url == "/account/"


def test_a_person_without_customer_gets_no_error(people, client: Client):
    people.bob.memberships.all().delete()

    post_password(client, "bob@acme.example")

    assert client.get("/").status_code == 200


def test_an_inactive_person_is_refused_like_a_wrong_password(people, client: Client):
    people.bob.is_active = False
    people.bob.save()

    response = post_password(client, "bob@acme.example")

    assert response.status_code == 422
    assert "stimmt nicht" in response.content.decode()


def test_log_out_is_a_post(people, client_for):
    client = client_for(people.bob)

    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").url == LOGIN
    assert SESSION_KEY not in client.session


def test_sessions_that_have_ended_go(people, client: Client):
    client.get(LOGIN)
    Session.objects.update(expire_date=timezone.now())

    tasks.sweep()

    assert not Session.objects.exists()
