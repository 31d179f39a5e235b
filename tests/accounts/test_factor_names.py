"""What people call their factors."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, TotpDevice
from tests.accounts.conftest import LOGIN, post_password
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
