"""Where passkeys work: under a name with HTTPS, or on this machine."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts import passkeys
from tests.accounts.conftest import SETUP, choose_method, post_password
from tests.accounts.passkey_pages import signed_in
from tests.authenticator import make_passkey
from tests.conftest import make_totp_device

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.mark.parametrize(
    ("url", "name", "origin"),
    [
        ("https://portal.example", "portal.example", "https://portal.example"),
        ("https://portal.example/", "portal.example", "https://portal.example"),
        ("https://Portal.Example:443", "portal.example", "https://portal.example"),
        (
            "https://portal.example:8443",
            "portal.example",
            "https://portal.example:8443",
        ),
        ("http://localhost:8000", "localhost", "http://localhost:8000"),
        (
            "http://cleanmail.localhost",
            "cleanmail.localhost",
            "http://cleanmail.localhost",
        ),
        ("http://127.0.0.1:8000", "localhost", "http://localhost:8000"),
        ("http://[::1]:8000", "localhost", "http://localhost:8000"),
    ],
)
def test_names_the_portal_as_browsers_do(settings, url, name, origin):
    settings.PORTAL_URL = url

    assert passkeys.find_party() == passkeys.Party(id=name, origin=origin)


@pytest.mark.parametrize(
    "url",
    [
        "http://portal.example",
        "https://192.0.2.1",
        "https://[2001:db8::1]",
        "https://127.0.0.1",
        "http://10.0.0.1:8000",
        "",
    ],
)
def test_has_no_name_where_browsers_allow_no_passkey(settings, url):
    settings.PORTAL_URL = url

    assert passkeys.find_party() is None


def test_does_not_send_to_a_localhost_that_the_portal_does_not_answer_to(settings):
    settings.PORTAL_URL = "http://127.0.0.1:8000"
    settings.ALLOWED_HOSTS = ["127.0.0.1"]

    assert passkeys.find_party() is None


def test_the_page_at_an_address_leads_to_the_name(people, settings):
    settings.PORTAL_URL = "http://127.0.0.1:8000"
    client = signed_in(people.bob)

    page = client.get(SETUP, headers={"host": "127.0.0.1:8000"}).content.decode()

    assert 'value="passkey"' not in page
    assert 'href="http://localhost:8000/account/factor/"' in page
    assert "Passkeys gehen nur unter http://localhost:8000." in page


def test_the_page_says_why_there_are_no_passkeys(people, settings):
    settings.PORTAL_URL = "http://portal.example"

    page = signed_in(people.bob).get(SETUP).content.decode()

    assert 'value="passkey"' not in page
    assert "Passkeys brauchen eine Adresse mit einem Namen und HTTPS." in page


def test_the_choice_stands_between_app_and_sms(people, settings):
    settings.PORTAL_URL = "https://testserver"
    settings.SMS_GATEWAYS = ["file"]

    page = signed_in(people.bob).get(SETUP)

    assert [kind.code for kind in page.context["methods"]] == ["app", "passkey", "sms"]
    assert "Passkeys gehen nur" not in page.content.decode()


@pytest.mark.parametrize("url", ["https://elsewhere.example", "http://192.0.2.1"])
def test_who_has_a_passkey_gets_in_another_way_where_it_does_not_work(
    people, settings, url
):
    make_passkey(people.bob)
    make_totp_device(people.bob)
    settings.PORTAL_URL = url

    page = post_password(Client(), people.bob.email)

    assert page.status_code == 200
    assert not page.context["ceremony"].options
    assert "data-passkey-start" not in page.content.decode()
    assert "Code aus der App eingeben" in page.content.decode()


def test_nothing_is_kept_in_the_session_where_passkeys_do_not_work(people, settings):
    settings.PORTAL_URL = "https://elsewhere.example"
    client = signed_in(people.bob)

    choose_method(client, "passkey")

    assert "passkey.enrol" not in client.session
