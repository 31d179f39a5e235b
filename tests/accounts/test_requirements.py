"""What OWASP's ASVS asks of log-in and sessions and no other test shows."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone

from accounts.mail import password_link
from accounts.models import User
from tests.accounts.conftest import (
    choose_method,
    new_passwords,
    post_password,
)

pytestmark = [pytest.mark.django_db, pytest.mark.db]
# Spaces at the ends, small and large letters, 128 characters, some beyond ASCII.
LONG = " Ärger mit Öl, übel: 日本語 " + "aB3 " * 26


@pytest.fixture
def with_long_password(people, client_for) -> None:
    """Let bob set the password by the page that changes it."""
    assert len(LONG) >= 128
    client = client_for(people.bob)
    assert client.post("/account/password/", new_passwords(LONG)).status_code == 302
    people.bob.refresh_from_db()


def logs_in(password: str) -> bool:
    """Say whether the password gets as far as the code of the second factor."""
    page = post_password(Client(), "bob@acme.example", password)
    return page.status_code == 200 and "token-code" in page.content.decode()


def test_a_long_password_of_any_characters_counts_as_it_was_typed(with_long_password):
    assert logs_in(LONG)


@pytest.mark.parametrize(
    "typed",
    [LONG.strip(), LONG.lower(), LONG[:72], LONG[:-1], f"{LONG} "],
    ids=["stripped", "lower", "72 characters", "cut", "longer"],
)
def test_no_other_spelling_of_it_counts(with_long_password, typed):
    assert not logs_in(typed)


def test_a_password_stays_good_until_somebody_changes_it(people):
    with time_machine.travel(timezone.now() + timedelta(days=800)):
        client = Client()
        post_password(client, "bob@acme.example")

        assert SESSION_KEY in client.session


def password_fields(client: Client, *paths: str) -> list[str]:
    shown = "".join(client.get(path, follow=True).content.decode() for path in paths)
    return re.findall(r'<input[^>]*name="[^"]*password[^"]*"[^>]*>', shown)


def test_password_fields_hide_what_is_typed_and_let_managers_fill_them(
    people, client_for
):
    stranger = password_fields(Client(), "/login/", password_link(people.rita))
    own = password_fields(client_for(people.bob), "/account/password/")

    fields = stranger + own
    assert len(fields) == 6
    for tag in fields:
        assert 'type="password"' in tag
        assert re.search(r'autocomplete="(current|new)-password"', tag)
        assert "onpaste" not in tag
        assert "readonly" not in tag


def test_a_fresh_installation_has_no_accounts():
    assert not User.objects.exists()


def test_whoever_is_closed_out_is_out_at_once(people, client_for):
    client = client_for(people.bob)
    before = client.get("/account/").status_code
    User.objects.filter(pk=people.bob.pk).update(is_active=False)

    after = client.get("/account/")

    assert before == 200
    assert after.url.startswith("/login/")


def test_every_page_behind_the_log_in_has_a_way_out(people, client_for):
    alice = client_for(people.alice)
    for path in ("/holds/", "/account/", "/people/", "/diagnostics/", "/domains/"):
        page = alice.get(path)

        assert page.status_code == 200, path
        assert 'action="/logout/"' in page.content.decode(), path


def test_session_keys_are_long_random_and_unlike(people):
    keys = set()
    for _ in range(20):
        client = Client()
        post_password(client, "bob@acme.example")
        keys.add(client.session.session_key)

    assert len(keys) == 20
    # 32 of 36 characters each: 165 bits.
    assert all(re.fullmatch(r"[a-z0-9]{32}", key) for key in keys)


def test_a_session_key_that_the_visitor_brings_is_not_taken(people):
    client = Client()
    client.cookies["sessionid"] = "a" * 32

    post_password(client, "bob@acme.example")

    assert SESSION_KEY in client.session
    assert client.session.session_key != "a" * 32


def test_the_choice_says_that_sms_is_weaker(people, client: Client, settings):
    settings.SMS_GATEWAYS = ["file"]
    post_password(client, "bob@acme.example")

    page = client.get("/account/factor/").content.decode()
    choose_method(client, "sms")

    assert "Weniger sicher, weil Nummern umgeleitet werden können." in page


def test_no_page_asks_a_question_only_the_person_can_answer(people, client_for):
    """Knowledge-based recovery: there is no field for it anywhere near a password."""
    pages = [
        Client().get("/password/"),
        Client().get(password_link(people.rita), follow=True),
        client_for(people.bob).get("/account/"),
    ]

    names = {
        name
        for page in pages
        for name in re.findall(r'<input[^>]*name="([^"]+)"', page.content.decode())
    }
    assert names <= {
        "csrfmiddlewaretoken", "email", "language", "next", "username",
        "new_password1", "new_password2",
    }  # fmt: skip
