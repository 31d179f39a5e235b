"""Attacker's tour: into the portal without the factor, with whatever one can plant."""

from __future__ import annotations

import re
import time

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django_otp import DEVICE_ID_SESSION_KEY

from accounts.mail import password_link
from accounts.models import SmsDevice, TotpDevice, TrustedBrowser
from accounts.second_factor import BY_FACTOR, PROOF_KEY
from accounts.sessions import SIGN_IN_KEY
from tests import factories
from tests.accounts.conftest import (
    LOGIN,
    SETUP,
    choose_method,
    post_code,
    post_password,
    totp_code,
    typed_secret,
)
from tests.accounts.test_invitations import path_of
from tests.conftest import make_totp_device

pytestmark = [pytest.mark.django_db, pytest.mark.db]
NEW = "zwei-Raben-auf-dem-Kamin"


def logged_in_as(client: Client) -> str | None:
    return client.session.get(SESSION_KEY)


def test_ones_own_verified_session_verifies_no_other_account(people, client_for):
    """The thief's own factor, then the victim's password in the same browser."""
    make_totp_device(people.bob)
    thief = client_for(people.rita)

    page = post_password(thief, people.bob.email)

    assert page.context["wizard"]["steps"].current == "token"
    assert logged_in_as(thief) == str(people.rita.pk)
    assert thief.get("/account/").context["user"] == people.rita


def test_nothing_of_ones_own_session_goes_on_into_another_account(people, client_for):
    """The victim has no factor yet: fresh proof, customer, wizard must all be gone."""
    thief = client_for(people.rita)
    session = thief.session
    session["customer_id"] = str(people.other.pk)
    session.save()
    choose_method(thief, "app")
    planted = dict(thief.session.items())

    post_password(thief, people.bob.email)

    kept = dict(thief.session.items())
    assert logged_in_as(thief) == str(people.bob.pk)
    assert DEVICE_ID_SESSION_KEY not in kept
    assert kept[SIGN_IN_KEY] != planted[SIGN_IN_KEY]
    assert kept[PROOF_KEY]["by"] != BY_FACTOR
    assert "customer_id" not in kept
    assert not [key for key in kept if "setup_view" in key]


def test_a_secret_that_was_begun_before_is_not_enrolled_for_the_next(people, client):
    """The thief leaves a browser where they know the pending secret."""
    post_password(client, people.rita.email)
    known = typed_secret(choose_method(client, "app"))
    post_password(client, people.bob.email)

    client.post(
        SETUP,
        {
            "setup_view-current_step": "app",
            "app-code": totp_code(secret=known),
        },
    )
    shown = typed_secret(choose_method(client, "app"))

    assert not TotpDevice.objects.exists()
    assert shown != known


@pytest.mark.parametrize(
    "planted",
    [
        {PROOF_KEY: {"at": int(time.time()), "by": BY_FACTOR}},
        {DEVICE_ID_SESSION_KEY: "accounts.totpdevice/1"},
        {SIGN_IN_KEY: "0190f0a0-0000-7000-8000-000000000000"},
    ],
    ids=["proof", "device", "row"],
)
def test_what_a_session_held_before_opens_nothing_after(people, client, planted):
    make_totp_device(people.bob)
    make_totp_device(people.rita)
    client.get(LOGIN)
    session = client.session
    session.update(planted)
    session.save()

    post_password(client, people.bob.email)

    assert logged_in_as(client) is None
    assert client.get("/account/").status_code == 302


def test_the_key_of_a_session_changes_with_the_password_already(people, client):
    """Or who planted it had the second screen of whoever typed the password."""
    make_totp_device(people.bob)
    client.get(LOGIN)
    client.post(LOGIN, {"login_view-current_step": "auth"})  # a session begins
    planted = client.session.session_key
    thief = Client()
    thief.cookies["sessionid"] = planted

    page = post_password(client, people.bob.email)
    followed = post_code(thief, totp_code())

    assert page.context["wizard"]["steps"].current == "token"
    assert planted
    assert client.session.session_key != planted
    assert logged_in_as(thief) is None
    assert followed.context["wizard"]["steps"].current == "auth"


@pytest.mark.parametrize(
    "data",
    [
        {"wizard_goto_step": "token"},
        {"login_view-current_step": "token", "token-code": "{code}"},
        {"login_view-current_step": "auth", "token-code": "{code}"},
        {"login_view-current_step": "nothing"},
        {"login_view-current_step": "token", "challenge_device": "{device}"},
    ],
    ids=["goto", "code", "mixed", "unknown", "device"],
)
def test_no_step_is_reached_without_the_one_before(people, client, data):
    device = make_totp_device(people.bob)
    post_password(client, people.bob.email, "falsch")
    said = {"code": totp_code(), "device": device.persistent_id}

    response = client.post(
        LOGIN, {name: value.format(**said) for name, value in data.items()}
    )

    assert response.status_code < 500
    assert logged_in_as(client) is None


def test_the_trust_of_a_browser_is_no_way_to_choose(people, client):
    """`challenge_device` names it: it would say yes to anything."""
    make_totp_device(people.bob)
    sign_in = factories.make_sign_in(people.bob)
    trusted = TrustedBrowser.objects.get(known=sign_in.known)
    post_password(client, people.bob.email)

    page = client.post(LOGIN, {"challenge_device": trusted.persistent_id})
    post_code(client, "000000")

    assert isinstance(page.context["device"], TotpDevice)
    assert logged_in_as(client) is None


def test_a_link_to_a_password_logs_nobody_in_and_enrols_nothing(people, client):
    make_totp_device(people.bob)
    path = client.get(path_part(password_link(people.bob))).url
    client.post(path, {"new_password1": NEW, "new_password2": NEW})

    response = client.get(SETUP)

    assert logged_in_as(client) is None
    assert response.url.startswith(LOGIN)
    assert client.post(path, {"new_password1": NEW, "new_password2": NEW})
    assert TotpDevice.objects.count() == 1


def path_part(link: str) -> str:
    return "/" + link.split("/", 3)[3]


def test_ones_own_link_opened_sets_no_password_of_somebody_else(people, client):
    """The token lies in the session, the person in the address."""
    client.get(path_part(password_link(people.rita)))
    bob = urlsafe_base64_encode(force_bytes(people.bob.pk))
    before = people.bob.password

    page = client.post(
        f"/password/{bob}/set-password/",
        {"new_password1": NEW, "new_password2": NEW},
    )

    people.bob.refresh_from_db()
    assert not page.context["validlink"]
    assert people.bob.password == before


def test_a_link_opened_in_somebody_elses_session_leaves_that_one_alone(
    people, client_for
):
    client = client_for(people.rita)
    path = client.get(path_part(password_link(people.bob))).url

    client.post(path, {"new_password1": NEW, "new_password2": NEW})

    assert logged_in_as(client) == str(people.rita.pk)
    people.rita.refresh_from_db()
    assert not people.rita.check_password(NEW)


def test_the_old_link_is_void_after_a_log_in(people, client):
    path = path_part(password_link(people.bob))
    with_time = type(people.bob).objects.filter(pk=people.bob.pk)
    with_time.update(last_login=timezone.now())

    assert client.get(path).status_code == 200
    assert not client.get(path).context["validlink"]


def test_wrong_links_of_invitations_end_and_keep_nobody_out(people, client):
    link = path_of(factories.make_invitation(people.acme, people.alice))
    answers = [client.get(f"/invitation/{'A' * 64}/").status_code for _ in range(45)]

    assert answers[:40] == [404] * 40
    assert answers[-1] == 429
    assert client.get(link).status_code == 200


def test_the_factor_that_waits_for_its_code_is_none(people, client):
    """A number begun and never proved."""
    SmsDevice.objects.create(
        user=people.bob, name="sms", confirmed=False, number_hint="x", sealed_number=b""
    )

    response = post_password(client, people.bob.email)

    assert response.status_code == 302
    assert re.match(r"^/(holds/)?$", response.url)
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = SmsDevice.objects.get().persistent_id
    session.save()
    assert client.get("/account/").context["factors"] == []
