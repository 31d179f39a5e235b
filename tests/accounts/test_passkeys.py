"""Passkeys: enrolled, used and removed through the real pages."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts import second_factor
from accounts.actions.factors import reset_factor
from accounts.models import AuditEvent, PasskeyDevice
from tests.accounts.conftest import SETUP, choose_method, post_password
from tests.accounts.passkey_pages import (
    STEP_UP,
    asked,
    enrol,
    post_answer,
    post_new,
    signed_in,
    with_passkey,
)
from tests.authenticator import AAGUID, Authenticator, make_passkey
from tests.conftest import make_totp_device

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.db,
    pytest.mark.usefixtures("named_portal"),
]


def test_enrols_a_passkey_and_verifies_the_session(people):
    client = signed_in(people.bob)
    before, authenticator = client.session.session_key, Authenticator()

    response = enrol(client, authenticator)

    device = PasskeyDevice.objects.get(user=people.bob)
    assert "Bewahren Sie diese Ersatzcodes auf" in response.content.decode()
    assert client.session["otp_device_id"] == device.persistent_id
    assert client.session.session_key != before
    assert bytes(device.credential_id) == authenticator.credential_id
    assert device.aaguid.bytes == AAGUID
    assert device.transports == ["hybrid", "internal"]
    assert device.is_backed_up
    assert AuditEvent.objects.filter(action="factor.enrol", actor=people.bob).exists()


def test_authenticators_learn_neither_id_nor_address_as_handle(people):
    options = asked(choose_method(signed_in(people.bob), "passkey"))

    assert options["attestation"] == "none"
    assert people.bob.pk.bytes.hex() not in options["user"]["id"]
    assert len(options["user"]["id"]) == 43


def test_logs_in_with_a_passkey_under_a_new_session_key(people):
    _, authenticator = with_passkey(people.bob)
    client = Client()
    page = post_password(client, people.bob.email)
    before = client.session.session_key

    response = post_answer(client, authenticator.get(asked(page)))

    device = PasskeyDevice.objects.get()
    assert response.status_code == 302
    assert client.session.session_key != before
    assert client.session["otp_device_id"] == device.persistent_id
    assert client.get("/account/").status_code == 200
    assert device.sign_count == 1
    event = AuditEvent.objects.filter(action="auth.login").latest("pk")
    assert event.detail == {"factor": "passkey"}


def test_a_passkey_is_asked_for_first_and_the_others_stand_below(people):
    make_totp_device(people.bob)
    make_passkey(people.bob)

    page = post_password(Client(), people.bob.email)

    assert page.context["is_passkey"]
    assert len(page.context["other_apps"]) == 1
    assert "Dieser Browser kann keine Passkeys" in page.content.decode()
    assert "Passkeys brauchen JavaScript" in page.content.decode()


def test_the_answer_of_any_passkey_of_the_person_will_do(people):
    first = make_passkey(people.bob)
    second = make_passkey(people.bob)
    client = Client()
    page = post_password(client, people.bob.email)

    post_answer(client, second.get(asked(page)))

    device = second_factor.find_passkey(people.bob, second.credential_id)
    assert len(asked(page)["allowCredentials"]) == 2
    assert not page.context["other_passkeys"]
    assert client.session["otp_device_id"] == device.persistent_id
    assert second_factor.find_passkey(people.bob, first.credential_id) != device


def test_the_box_to_trust_a_browser_waits_for_the_script(people):
    """Without it the form goes nowhere, so its box does nothing."""
    make_passkey(people.bob)

    page = post_password(Client(), people.bob.email).content.decode()

    assert '<label class="check" data-passkey-ready hidden>' in page
    assert 'name="trust"' in page


def test_of_several_passkeys_none_lends_its_name_to_all(people):
    """The browser asks for any of them."""
    app = make_totp_device(people.bob)
    for name in ("Annas Schlüssel", "Annas Laptop"):
        passkey = make_passkey(people.bob)
        device = second_factor.find_passkey(people.bob, passkey.credential_id)
        type(device).objects.filter(pk=device.pk).update(nickname=name)
    client = Client()
    client.force_login(people.bob)

    page = client.get(STEP_UP, {"factor": app.persistent_id}).content.decode()

    assert page.count("Passkey benutzen") == 1
    assert "Annas" not in page


def test_steps_up_with_a_passkey(people):
    client, authenticator = with_passkey(people.bob)
    page = client.get(STEP_UP)
    before = client.session.session_key

    response = client.post(STEP_UP, {"code": authenticator.get(asked(page))})

    assert response.status_code == 302
    assert client.session.session_key != before
    assert second_factor.PROOF_KEY in client.session


def test_does_not_enrol_the_same_authenticator_twice(people):
    client, authenticator = with_passkey(people.bob)

    options = asked(choose_method(client, "passkey"))
    response = post_new(client, authenticator.create(options))

    known = [item["id"] for item in options["excludeCredentials"]]
    assert len(known) == 1
    assert response.status_code == 422
    assert "schon eingerichtet" in response.content.decode()
    assert PasskeyDevice.objects.count() == 1


def test_all_passkeys_of_a_person_share_a_handle_of_nobody_else(people):
    client, _ = with_passkey(people.bob)
    enrol(client, Authenticator())
    with_passkey(people.alice)

    bobs = [bytes(d.user_handle) for d in second_factor.list_passkeys(people.bob)]
    alices = [bytes(d.user_handle) for d in second_factor.list_passkeys(people.alice)]
    assert len(bobs) == 2
    assert len(set(bobs)) == 1
    assert set(bobs).isdisjoint(alices)


def test_a_session_ends_with_the_passkey_that_verified_it(people):
    client, authenticator = with_passkey(people.bob)
    make_totp_device(people.bob)
    other = Client()
    page = post_password(other, people.bob.email)
    post_answer(other, authenticator.get(asked(page)))
    device = PasskeyDevice.objects.get()

    response = client.post("/account/factor/remove/", {"factor": device.persistent_id})

    assert response.status_code == 302
    assert not PasskeyDevice.objects.exists()
    assert other.get("/account/").status_code == 302


def test_a_passkey_gets_its_name_while_it_is_set_up(people):
    client = signed_in(people.bob)
    options = asked(choose_method(client, "passkey"))

    post_new(client, Authenticator().create(options), nickname=" Blau\u202e ")

    assert PasskeyDevice.objects.get().nickname == "Blau"


def test_renames_a_passkey(people):
    client, _ = with_passkey(people.bob)
    device = PasskeyDevice.objects.get()

    client.post(
        "/account/factor/rename/",
        {"factor": device.persistent_id, "nickname": "Blauer Schlüssel"},
    )

    assert "Passkey «Blauer Schlüssel»" in client.get("/account/").content.decode()


def test_the_operators_reset_takes_passkeys_too(people):
    make_passkey(people.bob)

    assert reset_factor(people.bob, reason="lost") == 1

    assert not second_factor.has_factor(people.bob)


def test_a_passkey_alone_is_a_factor_that_the_password_does_not_pass(people):
    make_passkey(people.bob)
    client = Client()
    client.force_login(people.bob)

    assert client.get("/account/").url.startswith("/account/confirm/")
    assert client.get(SETUP).status_code == 403


@pytest.mark.parametrize("verb", ["get", "post"])
def test_a_session_without_its_factor_enrols_no_passkey(people, verb):
    make_totp_device(people.bob)
    client = Client()
    client.force_login(people.bob)

    response = getattr(client, verb)(
        SETUP, {"setup_view-current_step": "passkey", "passkey-code": "{}"}
    )

    assert response.status_code == 403
    assert not PasskeyDevice.objects.exists()
