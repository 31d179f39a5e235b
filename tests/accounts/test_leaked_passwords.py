"""Leaked passwords, offline: none is taken, and none alone opens anything."""

from __future__ import annotations

import random
import re
import string

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from accounts.mail import password_link
from accounts.models import AuditEvent, TotpDevice
from tests.accounts.conftest import post_password
from tests.accounts.test_password_reset import NEW, follow
from tests.conftest import make_totp_device
from tests.factories import PASSWORD
from tests.test_tenancy import PUBLIC

pytestmark = [pytest.mark.django_db, pytest.mark.db, pytest.mark.long]
LED_TO = {"/", "/login/", "/account/confirm/", "/admin/login/"}


def refuse(password: str, user=None) -> set[str]:
    """Return why the password is refused, nothing if it is taken."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        return {item.code for item in error.error_list}
    return set()


@pytest.mark.parametrize(
    "password",
    [
        "123456789012",
        "qwertyuiop123",
        "1q2w3e4r5t6y",
        "Password1234",
        "Passwort1234!",
        "P@ssw0rd2026!",
        "passwordpassword",
        "PasswortPasswort1",
        "!!sommer2026!!",
        "aaaaaaaaaaaa",
        "abcabcabcabcabc",
        "correct horse battery staple",
        "unbelievable",
    ],
)
def test_refuses_what_was_leaked_also_when_decorated(password):
    assert refuse(password) == {"password_leaked"}


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        NEW,
        "Der Hund bellt um vier Uhr",
        "kfj38sl02mvq",
        "839201847362love",
        "ein zwei Apfelkuchen mit Rahm",
        "ユーザーは毎朝七時に起きます",
        "a" * 40 + "Xylophon im Regen",
    ],
)
def test_takes_what_nobody_has_seen(password):
    assert refuse(password) == set()


def test_refuses_hardly_any_password_that_was_drawn():
    """Of what password managers draw, nothing may be taken for a word with digits."""
    draw = random.Random(1)  # noqa: S311 - the same ones in each run
    signs = string.ascii_letters + string.digits + string.punctuation
    drawn = ["".join(draw.choices(signs, k=draw.randint(12, 24))) for _ in range(2000)]

    assert [password for password in drawn if refuse(password)] == []


def test_asks_for_no_kinds_of_characters():
    assert refuse("nur kleine buchstaben hier") == set()


def test_refuses_the_names_of_the_place(people):
    assert refuse("Cleanmail2026!", people.bob) == {"password_own_name"}
    people.acme.name = "Bergbahnen Hintertal"
    people.acme.save()
    assert refuse("Bergbahnen-Hintertal-2026", people.bob) == {"password_own_name"}


def test_refuses_the_persons_own_name_and_address(people):
    people.bob.full_name = "Robert Zumbrunnen"

    assert refuse("robert-zumbrunnen", people.bob) == {"password_too_similar"}
    assert "password_too_similar" in refuse("bob@acme.example", people.bob)


def test_the_page_says_why(people, client):
    response = follow(client, password_link(people.bob), "Passwort1234!")

    assert "Listen gestohlener Passwörter" in response.content.decode()


def walk(patterns: list[URLPattern | URLResolver], prefix: str = "/"):
    """Yield an address of each URL there is, Django admin's too."""
    for item in patterns:
        path = prefix + _fill(item)
        if isinstance(item, URLResolver):
            yield from walk(item.url_patterns, path)
        else:
            yield path.replace("//", "/")


def _fill(item: URLPattern | URLResolver) -> str:
    filled = str(item.pattern).lstrip("^").rstrip("$")
    for name, converter in item.pattern.converters.items():
        kind = type(converter).__name__
        value = {
            "UUIDConverter": "0190f0a0-0000-7000-8000-000000000000",
            "IntConverter": "1",
        }.get(kind, "x")
        label = {"UUIDConverter": "uuid:", "IntConverter": "int:"}.get(kind, "")
        for written in (f"<{label}{name}>", f"<path:{name}>", f"<str:{name}>"):
            filled = filled.replace(written, value)
    return re.sub(r"\(\?P<\w+>[^)]*\)", "accounts", filled)


# Without the log-in and the way out: they would end what is tried here.
ADDRESSES = sorted({*walk(get_resolver().url_patterns)} - {"/login/", "/logout/"})


def opened_by(client: Client) -> list[str]:
    """Return each address that shows or does anything for this session."""
    opened = []
    for path in ADDRESSES:
        for ask in (client.get, client.post):
            response = ask(path)
            target = response.headers.get("Location", "").split("?")[0]
            led_away = response.status_code == 302 and target in LED_TO
            refused = response.status_code in {403, 404, 405}
            if not led_away and not refused and not _is_public(path):
                opened.append(f"{path} {response.status_code} {target}")
    return opened


def _is_public(path: str) -> bool:
    """Say whether a stranger may see it: it is about nobody."""
    name = resolve(path).view_name
    return name in PUBLIC or name == "admin:jsi18n"


def test_walks_every_address():
    assert len(ADDRESSES) > 60
    assert "/admin/accounts/user/" in ADDRESSES
    assert not [path for path in ADDRESSES if "<" in path]


@pytest.mark.parametrize("who", ["bob", "alice", "operator"])
def test_the_password_alone_opens_nothing(people, client, who):
    """Whoever has it gets as far as the code, with each address tried."""
    user = getattr(people, who)
    make_totp_device(user)

    post_password(client, user.email)

    assert opened_by(client) == []
    assert SESSION_KEY not in client.session
    assert not AuditEvent.objects.exclude(action="auth.failed").exists()


@pytest.mark.parametrize("who", ["bob", "alice", "operator"])
def test_the_mailed_link_opens_nothing_either(people, client, who):
    user = getattr(people, who)
    make_totp_device(user)

    follow(client, password_link(user))
    post_password(client, user.email, NEW)

    assert opened_by(client) == []
    assert SESSION_KEY not in client.session
    assert TotpDevice.objects.filter(user=user).count() == 1


@pytest.mark.parametrize("who", ["bob", "alice", "operator"])
def test_a_session_without_the_factor_opens_nothing(people, client, who):
    """However it came about: opened before the factor was, or by another way in."""
    user = getattr(people, who)
    make_totp_device(user)
    client.force_login(user)

    opened = opened_by(client)

    # The page that asks for the code, and which says nothing but which device.
    assert [line for line in opened if "/account/confirm/" not in line] == []
    assert TotpDevice.objects.filter(user=user).count() == 1
