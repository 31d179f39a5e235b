"""Enrolment: alone, safely, once."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.test import Client

from accounts import totp
from accounts.forms.factors import AppForm
from accounts.models import AuditEvent, SmsDevice, TotpDevice
from tests.accounts.conftest import (
    SETUP,
    choose_method,
    post_code,
    post_password,
    typed_secret,
)
from tests.conftest import make_totp_device

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def post_app_code(client: Client, code: str, **query):
    return client.post(
        SETUP,
        {"setup_view-current_step": "app", "app-code": code},
        query_params=query,
    )


def enrol_app(client: Client, **query) -> bytes:
    secret = typed_secret(choose_method(client, "app", **query))
    post_app_code(client, totp.code_at(secret, totp.current_step()), **query)
    return secret


def test_enrols_an_app_and_verifies_the_session(people, client: Client):
    post_password(client, "bob@acme.example")
    before = client.session.session_key

    secret = typed_secret(choose_method(client, "app"))
    response = post_app_code(client, totp.code_at(secret, totp.current_step()))

    device = TotpDevice.objects.get(user=people.bob)
    assert "Bewahren Sie diese Ersatzcodes auf" in response.content.decode()
    assert client.session["otp_device_id"] == device.persistent_id
    assert client.session.session_key != before
    assert AuditEvent.objects.filter(action="factor.enrol", actor=people.bob).exists()


def test_shows_qr_typed_key_and_link(people, client: Client):
    post_password(client, "bob@acme.example")

    page = choose_method(client, "app").content.decode()

    assert '<svg class="qr"' in page
    assert "otpauth://totp/Cleanmail:bob%40acme.example?secret=" in page
    assert "style=" not in page


def test_secret_is_neither_in_the_session_nor_in_the_database_plain(
    people, client: Client
):
    post_password(client, "bob@acme.example")
    secret = typed_secret(choose_method(client, "app"))
    import base64  # noqa: PLC0415

    key = base64.b32encode(secret).decode()
    stored = [json.dumps(Session.objects.get().get_decoded())]
    post_app_code(client, totp.code_at(secret, totp.current_step()))
    stored.append(bytes(TotpDevice.objects.get().sealed_secret).hex())

    for text in stored:
        assert secret.hex() not in text
        assert key not in text


def test_the_code_of_enrolment_cannot_be_used_again_at_log_in(people, client: Client):
    post_password(client, "bob@acme.example")
    secret = typed_secret(choose_method(client, "app"))
    code = totp.code_at(secret, totp.current_step())
    post_app_code(client, code)
    other = Client()
    post_password(other, "bob@acme.example")

    response = post_code(other, code)

    assert response.status_code == 422
    assert SESSION_KEY not in other.session


@pytest.mark.parametrize("verb", ["get", "post", "put", "head"])
@pytest.mark.parametrize(
    "data",
    [
        {},
        {"setup_view-current_step": "method", "method-method": "app"},
        {"setup_view-current_step": "app", "app-code": "123456"},
        {"setup_view-current_step": "number", "number-number": "079 123 45 67"},
        {"setup_view-current_step": "number_code", "number_code-code": "123456"},
        {"wizard_goto_step": "method"},
    ],
)
def test_a_session_without_its_factor_enrols_nothing(people, verb, data):
    """Hole nr 1: the password alone must not be able to add a factor of the thief's."""
    make_totp_device(people.bob)
    client = Client()
    client.force_login(people.bob)

    response = getattr(client, verb)(SETUP, data)

    assert response.status_code == 403
    assert TotpDevice.objects.filter(user=people.bob).count() == 1
    assert not SmsDevice.objects.exists()


def test_enrolment_begun_before_another_session_enrolled_is_refused(people):
    """A thief with the wizard open gets nothing once the owner has enrolled."""
    thief = Client()
    post_password(thief, "bob@acme.example")
    secret = typed_secret(choose_method(thief, "app"))
    make_totp_device(people.bob)

    response = post_app_code(thief, totp.code_at(secret, totp.current_step()))

    assert response.status_code == 403
    assert TotpDevice.objects.filter(user=people.bob).count() == 1


def test_hides_from_strangers(people, client: Client):
    response = client.get(SETUP)

    assert response.status_code == 302
    assert response.url.startswith("/login/")


def test_post_without_a_beginning_leads_to_the_beginning(people, client: Client):
    client.force_login(people.bob)

    response = choose_method(client, "app")

    assert response.status_code == 302
    assert not TotpDevice.objects.exists()


def test_asks_for_a_fresh_proof_first(people, client: Client):
    client.force_login(people.bob)

    response = client.get(SETUP)

    assert response.url.startswith("/account/confirm/?next=")


def test_wrong_codes_are_throttled(people, client: Client):
    post_password(client, "bob@acme.example")
    secret = typed_secret(choose_method(client, "app"))
    right = totp.code_at(secret, totp.current_step())
    wrong = f"{(int(right) + 1) % 10**6:06d}"

    statuses = [post_app_code(client, wrong).status_code for _ in range(6)]
    refused = post_app_code(client, right)

    assert statuses == [422] * 5 + [429]
    assert refused.status_code == 429
    assert not TotpDevice.objects.exists()


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "1234567", "１２３４５６"])
def test_says_what_a_code_looks_like(people, client: Client, code):
    post_password(client, "bob@acme.example")
    choose_method(client, "app")

    assert post_app_code(client, code).status_code == 422


def test_of_two_clicks_one_enrols(people, rf):
    request = rf.post(SETUP)
    request.user = people.bob
    code = {"code": totp.code_at(b"x" * 20, totp.current_step())}
    twins = [AppForm(data=code, secret=b"x" * 20, request=request) for _ in range(2)]

    assert [form.is_valid() for form in twins] == [True, False]


def test_a_second_app_can_be_added_by_who_showed_the_first(people, client: Client):
    post_password(client, "bob@acme.example")
    enrol_app(client)

    enrol_app(client)

    assert TotpDevice.objects.filter(user=people.bob).count() == 2
