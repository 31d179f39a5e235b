"""What people call their factors."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts import totp
from accounts.keyring import unseal
from accounts.models import AuditEvent, SmsDevice, SmsMessage, TotpDevice
from tests.accounts.conftest import (
    LOGIN,
    SETUP,
    choose_method,
    post_password,
    typed_secret,
)
from tests.conftest import make_totp_device

pytestmark = [pytest.mark.django_db, pytest.mark.db]
RENAME = "/account/factor/rename/"


def rename(client: Client, device: TotpDevice, nickname: str):
    return client.post(RENAME, {"factor": device.persistent_id, "nickname": nickname})


def test_a_factor_gets_a_name_and_loses_it(people, client_for):
    client = client_for(people.bob)
    device = TotpDevice.objects.get()
    asked = client.get(RENAME, {"factor": device.persistent_id})

    named = rename(client, device, " Altes <Telefon> ")
    page = client.get("/account/").content.decode()
    rename(client, device, "")

    assert asked.status_code == 200
    assert named.url == "/account/"
    assert "Authenticator-App «Altes &lt;Telefon&gt;»" in page
    assert "Telefon" not in TotpDevice.objects.get().label
    assert AuditEvent.objects.filter(action="factor.rename").count() == 2


def test_the_audit_log_does_not_repeat_the_name(people, client_for):
    client = client_for(people.bob)

    rename(client, TotpDevice.objects.get(), "Annas Telefon")

    assert AuditEvent.objects.get(action="factor.rename").detail == {}


def test_log_in_tells_two_apps_apart_by_name(people, client: Client):
    make_totp_device(people.bob)
    second = make_totp_device(people.bob)
    TotpDevice.objects.filter(pk=second.pk).update(nickname="Zweites Telefon")
    page = post_password(client, "bob@acme.example").content.decode()

    client.post(LOGIN, {"challenge_device": second.persistent_id})

    assert "Code aus «Zweites Telefon» eingeben" in page


@pytest.mark.parametrize("nickname", ["x" * 41, "a\u202eb", "a\nb", "a\u200bb"])
def test_refuses_long_names_and_hidden_characters(people, client_for, nickname):
    client = client_for(people.bob)

    response = rename(client, TotpDevice.objects.get(), nickname)

    assert response.status_code == 422
    assert TotpDevice.objects.get().nickname == ""


def test_hides_the_factors_of_others(people, client_for):
    foreign = make_totp_device(people.bob)
    client = client_for(people.charlie)

    missing = client.post(RENAME, {"factor": "accounts.totpdevice/99", "nickname": "x"})

    assert rename(client, foreign, "x").status_code == missing.status_code == 404
    assert client.get(RENAME).status_code == 404
    assert client.put(RENAME).status_code == 405
    foreign.refresh_from_db()
    assert foreign.nickname == ""


def test_asks_for_a_fresh_proof(people, client_for):
    client = client_for(people.bob)

    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        response = rename(client, TotpDevice.objects.get(), "x")

    assert response.url.startswith("/account/confirm/")
    assert TotpDevice.objects.get().nickname == ""


def enrol_app_called(client: Client, nickname: str):
    post_password(client, "bob@acme.example")
    secret = typed_secret(choose_method(client, "app"))
    code = totp.code_at(secret, totp.current_step())
    step = {"setup_view-current_step": "app", "app-code": code}
    return client.post(SETUP, step | {"app-nickname": nickname})


def test_an_app_gets_its_name_while_it_is_enrolled(people, client: Client):
    enrol_app_called(client, " Mein Telefon ")

    assert TotpDevice.objects.get().label == "Authenticator-App «Mein Telefon»"


def test_a_name_never_costs_the_code_that_proved_the_app(people, client: Client):
    """The code is used up: what is wrong with the name is taken out, not refused."""
    enrol_app_called(client, "a\u202eb\n" + "x" * 60)

    assert TotpDevice.objects.get().nickname == "ab" + "x" * 38


def test_a_number_gets_its_name_while_it_is_enrolled(people, client: Client, settings):
    settings.SMS_GATEWAYS = ["file"]
    post_password(client, "bob@acme.example")
    choose_method(client, "sms")
    number = {"setup_view-current_step": "number", "number-number": "079 123 45 67"}
    client.post(SETUP, number)
    _number, text = json.loads(
        unseal(bytes(SmsMessage.objects.get().sealed), purpose="sms.message")
    )
    step = {"setup_view-current_step": "number_code", "number_code-code": text[:6]}

    client.post(SETUP, step | {"number_code-nickname": "Dienst"})

    assert SmsDevice.objects.get().label == "SMS an +41 79 ••• •• 67 «Dienst»"
