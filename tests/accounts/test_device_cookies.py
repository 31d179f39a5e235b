"""The browser the owner got in from counts alone, and the owner hears of tries."""

from __future__ import annotations

import time

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    PBKDF2PasswordHasher,
    make_password,
)
from django.core import mail
from django.test import Client

from accounts import outbox, throttles
from accounts.models import AuditEvent, KnownBrowser, OutgoingMail, Throttle
from tests.accounts.conftest import post_code, post_password, totp_code
from tests.accounts.test_sign_ins import browser
from tests.conftest import make_totp_device
from tests.factories import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.db, pytest.mark.long]
WRONG = "nicht-das-richtige"


@pytest.fixture
def known(people) -> Client:
    """Return a browser from which bob got in before; he is logged out again."""
    client = browser()
    post_password(client, "bob@acme.example")
    client.post("/logout/")
    return client


def try_passwords(client: Client, email: str, times: int) -> list[int]:
    return [post_password(client, email, WRONG).status_code for _ in range(times)]


def told(subject: str = "") -> list[str]:
    for row in OutgoingMail.objects.filter(state=OutgoingMail.State.QUEUED):
        outbox.deliver(row.pk)
    return [m.subject for m in mail.outbox if subject in m.subject]


def test_a_stranger_in_the_same_office_cannot_keep_the_owner_out(people, known):
    stranger = browser()
    assert try_passwords(stranger, "bob@acme.example", 6)[-1] == 429

    assert post_password(known, "bob@acme.example").status_code == 302


def test_nor_who_makes_the_whole_office_wait(people, known):
    for number in range(throttles.NETWORK.free + 1):
        post_password(browser(), f"person{number}@acme.example", WRONG)
    assert post_password(browser(), "alice@acme.example").status_code == 429

    assert post_password(known, "bob@acme.example").status_code == 302


def test_nor_with_codes(people, known):
    make_totp_device(people.bob)
    right = totp_code()
    stranger = browser()
    post_password(stranger, "bob@acme.example")
    for _ in range(6):
        refused = post_code(stranger, f"{(int(right) + 7) % 10**6:06d}")
    assert refused.status_code == 429
    post_password(known, "bob@acme.example")

    post_code(known, right)

    assert SESSION_KEY in known.session


def test_the_known_browser_is_limited_too(people, known):
    assert try_passwords(known, "bob@acme.example", 6)[-1] == 429

    assert post_password(known, "bob@acme.example").status_code == 429


def test_its_tries_count_against_nobody_else(people, known):
    try_passwords(known, "bob@acme.example", 6)

    assert post_password(browser(), "bob@acme.example").status_code == 302


def test_the_cookie_of_one_account_exempts_no_other(people, known):
    try_passwords(browser(), "alice@acme.example", 5)

    assert post_password(known, "alice@acme.example").status_code == 429


def test_an_invented_cookie_exempts_nobody(people):
    try_passwords(browser(), "bob@acme.example", 5)
    client = browser()
    client.cookies["browser"] = "a" * 43

    assert post_password(client, "bob@acme.example").status_code == 429


def test_the_cookie_is_worth_nothing_once_its_log_in_was_ended(people, known):
    KnownBrowser.objects.all().delete()
    try_passwords(browser(), "bob@acme.example", 5)

    assert post_password(known, "bob@acme.example").status_code == 429


def test_no_wait_is_longer_than_a_quarter_of_an_hour():
    assert max(rule.most_seconds for rule in throttles.RULES.values()) == 900


@pytest.mark.parametrize("scope", ["token", "enrol"])
def test_every_scope_has_its_rule(scope):
    throttles.hit(scope, "x")

    assert Throttle.objects.count() == 1


def test_the_owner_hears_once_that_passwords_are_tried(people):
    for number in range(25):
        stranger = browser(network=f"198.51.100.{number}")
        post_password(stranger, "bob@acme.example", WRONG)

    assert told() == ["Jemand probiert Passwörter für Ihr Konto bei Cleanmail"]
    assert mail.outbox[0].to == ["bob@acme.example"]


def test_a_few_slips_are_told_to_nobody(people):
    for number in range(9):
        post_password(
            browser(network=f"198.51.100.{number}"), "bob@acme.example", WRONG
        )

    assert told() == []


def test_the_owner_hears_that_somebody_has_the_password(people):
    make_totp_device(people.bob)
    wrong = f"{(int(totp_code()) + 7) % 10**6:06d}"
    stranger = browser()
    post_password(stranger, "bob@acme.example")
    for _ in range(8):
        post_code(stranger, wrong)

    assert told() == ["Jemand kennt Ihr Passwort für Cleanmail"]
    assert "http://127.0.0.1:8000/account/password/" in mail.outbox[0].body


def test_tries_at_an_unknown_address_leave_the_same_rows(people):
    def rows() -> tuple[int, int, int]:
        return (
            OutgoingMail.objects.count(),
            AuditEvent.objects.count(),
            Throttle.objects.count(),
        )

    made = []
    for email in ("bob@acme.example", "nobody@acme.example"):
        before = rows()
        for number in range(10):
            post_password(browser(network=f"198.51.100.{number}"), email, WRONG)
        made.append(tuple(b - a for a, b in zip(before, rows(), strict=True)))

    # The second one finds the rows of the ten networks there already.
    assert made[0][:2] == made[1][:2]
    assert made[0][2] - made[1][2] == 10
    assert [m for m in told() if m] == [
        "Jemand probiert Passwörter für Ihr Konto bei Cleanmail"
    ]


def test_wrong_codes_of_the_step_up_are_written_down_and_told(people, client_for):
    client = client_for(people.bob)
    session = client.session
    session["proof"] = {"at": int(time.time()) - 3600, "by": "factor"}
    session.save()
    wrong = f"{(int(totp_code()) + 7) % 10**6:06d}"

    for _ in range(5):
        client.post("/account/confirm/", {"code": wrong})

    failed = AuditEvent.objects.filter(action="auth.failed", actor=people.bob)
    assert [event.detail["step"] for event in failed] == ["step_up"] * 5
    assert told() == ["Jemand probiert in Ihrer Anmeldung bei Cleanmail Codes aus"]


@pytest.fixture
def argon2(settings, monkeypatch) -> list[str]:
    """Hash as in production; return the list of what was hashed."""
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.Argon2PasswordHasher",
    ]
    done: list[str] = []
    for name in ("encode", "verify"):
        real = getattr(Argon2PasswordHasher, name)

        def counted(self, *args, _real=real, _name=name):
            done.append(_name)
            return _real(self, *args)

        monkeypatch.setattr(Argon2PasswordHasher, name, counted)
    return done


@pytest.mark.parametrize(
    "state", ["usual", "unknown", "unusable", "inactive", "legacy", "empty", "garbage"]
)
@pytest.mark.parametrize("password", [WRONG, PASSWORD])
def test_every_account_costs_one_argon2(people, argon2, state, password):
    """No account, no password, another kind of hash: the time tells nothing."""
    people.bob.set_password(PASSWORD)
    if state == "unusable":
        people.bob.set_unusable_password()
    elif state == "legacy":
        people.bob.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt", 1000)
    elif state in {"empty", "garbage"}:
        people.bob.password = {"empty": "", "garbage": "bcrypt$x$y"}[state]
    people.bob.is_active = state != "inactive"
    people.bob.save()
    email = "nobody@acme.example" if state == "unknown" else "bob@acme.example"
    argon2.clear()

    response = post_password(browser(), email, password)

    assert len(argon2) == 1
    if (state, password) != ("usual", PASSWORD):
        assert response.status_code == 422
        assert "stimmt nicht" in response.content.decode()


def test_passwords_are_kept_as_argon2id():
    assert make_password("x", hasher="argon2").startswith("argon2$argon2id$")


def test_nobody_uses_up_the_owners_links(people, known):
    """A stranger with many networks asks for links as fast as it goes."""
    for number in range(8):
        stranger = browser(network=f"198.51.100.{100 + number}")
        last = stranger.post("/password/", {"email": "bob@acme.example"})
    assert last.status_code == 429

    assert known.post("/password/", {"email": "bob@acme.example"}).status_code == 302
