"""A browser that a person trusts: no code at log-in for a while, and nothing else."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import tasks, totp
from accounts.actions import factors, passwords
from accounts.models import (
    AuditEvent,
    KnownBrowser,
    Policy,
    RecoverySheet,
    SignIn,
    TrustedBrowser,
)
from accounts.tenancy import StaffRole
from tests.accounts.conftest import LOGIN, post_password
from tests.accounts.test_password_reset import NEW
from tests.accounts.test_sign_ins import PAGE, browser, later
from tests.conftest import TOTP_SECRET, make_totp_device

pytestmark = [pytest.mark.django_db, pytest.mark.db]
DAY = 86400


def send_code(client: Client, *, trust: bool, step: int = 0):
    """Type a code of the app that was not used, with or without the tick."""
    wait_for_room()
    code = totp.code_at(TOTP_SECRET, totp.current_step() + step)
    data = {"login_view-current_step": "token", "token-code": code}
    return client.post(LOGIN, data | ({"trust": "1"} if trust else {}))


def wait_for_room() -> None:
    """Wait where the step is about to end: the code before would be one too old."""
    left = totp.STEP_SECONDS - time.time() % totp.STEP_SECONDS
    if left < 3:
        time.sleep(left)


@pytest.fixture
def trusted(people) -> Client:
    """Return a browser that bob trusts; bob is logged out again."""
    make_totp_device(people.bob)
    client = browser()
    post_password(client, "bob@acme.example")
    send_code(client, trust=True, step=-1)
    client.post("/logout/")
    return client


def asks_for_the_code(client: Client, user) -> bool:
    """Type the password; say whether that was not enough."""
    response = post_password(client, user.email)
    return response.status_code == 200 and SESSION_KEY not in client.session


def test_the_box_is_not_ticked(people):
    make_totp_device(people.bob)
    client = browser()

    page = post_password(client, "bob@acme.example").content.decode()

    assert "Diesem Browser 30 Tage vertrauen" in page
    box = page[page.index('name="trust"') - 60 :][:120]
    assert "checked" not in box


def test_without_the_tick_nothing_is_trusted(people):
    make_totp_device(people.bob)
    client = browser()
    post_password(client, "bob@acme.example")
    send_code(client, trust=False)
    client.post("/logout/")

    assert not TrustedBrowser.objects.exists()
    assert asks_for_the_code(client, people.bob)


def test_a_trusted_browser_needs_the_password_only(people, trusted):
    response = post_password(trusted, "bob@acme.example")

    assert response.status_code == 302
    assert trusted.get("/account/").status_code == 200
    assert AuditEvent.objects.filter(action="browser.trust").count() == 1
    entered = AuditEvent.objects.filter(action="auth.login").latest("pk")
    assert entered.detail["factor"] == "trusted"


def test_a_trusted_browser_still_needs_the_password(people, trusted):
    post_password(trusted, "bob@acme.example", "falsch-falsch-falsch")

    assert SESSION_KEY not in trusted.session
    assert trusted.get("/account/").url.startswith(LOGIN)


def test_trust_is_no_step_up(people, trusted):
    post_password(trusted, "bob@acme.example")

    for path in ("/account/password/", "/account/codes/", "/account/factor/"):
        assert trusted.get(path).url.startswith("/account/confirm/")


def test_another_browser_with_the_same_words_is_asked(people, trusted):
    assert asks_for_the_code(browser(), people.bob)


def test_the_cookie_of_one_person_opens_nothing_for_another(people, trusted):
    make_totp_device(people.alice)

    assert asks_for_the_code(trusted, people.alice)


def test_trust_ends_by_itself(people, trusted):
    with time_machine.travel(timezone.now() + timedelta(days=29, hours=23)):
        assert not asks_for_the_code(trusted, people.bob)
        trusted.post("/logout/")
    with time_machine.travel(timezone.now() + timedelta(days=30, minutes=1)):
        assert asks_for_the_code(trusted, people.bob)
        tasks.sweep()

    assert not TrustedBrowser.objects.exists()


def test_a_planted_cookie_gains_nothing(people):
    """A thief sets a cookie that the thief knows, and bob ticks the box."""
    make_totp_device(people.bob)
    planted = "p" * 43
    client, thief = browser(), browser()
    client.cookies["browser"] = thief.cookies["browser"] = planted
    post_password(client, "bob@acme.example")
    send_code(client, trust=True, step=-1)

    assert client.cookies["browser"].value != planted
    assert asks_for_the_code(thief, people.bob)


def test_two_people_at_one_browser_stay_known(people):
    make_totp_device(people.bob)
    client = browser()
    post_password(client, "alice@acme.example")
    client.post("/logout/")
    post_password(client, "bob@acme.example")
    send_code(client, trust=True)

    assert KnownBrowser.objects.values("token_hash").distinct().count() == 1
    assert KnownBrowser.objects.count() == 2


@pytest.mark.parametrize("end", ["password", "reset", "remove", "one", "all"])
def test_trust_ends_with(people, trusted, end, client_for):
    device = people.bob
    if end == "password":
        passwords.set_password(people.bob, NEW, action="password.change")
    elif end == "reset":
        factors.reset_factor(people.bob, reason="verloren")
    elif end == "remove":
        device = make_totp_device(people.bob)
        factors.remove_factor(people.bob, device)
    elif end == "one":
        pk = TrustedBrowser.objects.get().known_id
        client_for(people.bob).post(f"{PAGE}trusted/{pk}/end/")
    else:
        client_for(people.bob).post(f"{PAGE}end-others/")

    assert not TrustedBrowser.objects.exists()


def test_withdrawn_trust_ends_what_it_opened(people, trusted):
    post_password(trusted, "bob@acme.example")
    assert trusted.get("/account/").status_code == 200

    TrustedBrowser.objects.all().delete()

    assert trusted.get("/account/").url.startswith("/account/confirm/")


def test_nobody_withdraws_the_trust_of_somebody_else(people, trusted, client_for):
    pk = TrustedBrowser.objects.get().known_id

    response = client_for(people.alice).post(f"{PAGE}trusted/{pk}/end/")

    assert response.status_code == 404
    assert TrustedBrowser.objects.exists()


def test_the_page_shows_it(people, trusted):
    post_password(trusted, "bob@acme.example")

    page = trusted.get(PAGE).content.decode()

    assert "Nicht mehr vertrauen" in page
    assert "vertrauter Browser" in page


def test_the_operator_may_forbid_it(people, trusted, settings):
    settings.REMEMBER_BROWSER_DAYS = 0

    assert asks_for_the_code(trusted, people.bob)
    page = post_password(trusted, "bob@acme.example").content.decode()
    assert 'name="trust"' not in page
    send_code(trusted, trust=True)
    assert TrustedBrowser.objects.count() == 1  # the old one, which counts no more


def test_a_customer_may_forbid_it(people, trusted):
    Policy.objects.filter(customer=people.acme).update(may_trust_browsers=False)

    assert asks_for_the_code(trusted, people.bob)


def test_the_page_of_rules_lets_a_customer_forbid_it(people, trusted, client_for):
    rules = {
        "held_categories": ["spam"],
        "member_categories": ["spam"],
        "retention_days": "30",
        "digest_rhythm": "daily",
        "digest_at": "07:30",
        "second_factor": "nobody",
        "second_factor_grace_days": "0",
    }

    client_for(people.alice).post(reverse("domains:policy"), rules)

    assert not Policy.objects.get(customer=people.acme, domain=None).may_trust_browsers
    assert asks_for_the_code(trusted, people.bob)


def test_a_session_that_steps_up_is_one_of_the_app(people, trusted):
    post_password(trusted, "bob@acme.example")
    code = totp.code_at(TOTP_SECRET, totp.current_step() + 1)

    trusted.post("/account/confirm/", {"code": code})

    assert SignIn.objects.latest("created_at").factor == "App"
    assert trusted.get("/account/password/").status_code == 200


def test_staff_are_always_asked(people):
    make_totp_device(people.operator)
    client = browser()
    page = post_password(client, "operator@cleanmail.example").content.decode()
    assert 'name="trust"' not in page
    send_code(client, trust=True)

    assert not TrustedBrowser.objects.exists()


def test_whoever_becomes_staff_is_asked_again(people, trusted):
    people.bob.staff_role = StaffRole.OPERATOR
    people.bob.save()

    assert asks_for_the_code(trusted, people.bob)


def test_a_recovery_code_makes_nothing_trusted(people):
    make_totp_device(people.bob)
    sheet = RecoverySheet.issue(people.bob, ["0123456789abcde"])
    client = browser()
    post_password(client, "bob@acme.example")
    page = client.post(LOGIN, {"challenge_device": sheet.persistent_id})
    assert 'name="trust"' not in page.content.decode()
    data = {"login_view-current_step": "token", "token-code": "01234-56789-abcde"}

    response = client.post(LOGIN, data | {"trust": "1"})

    assert response.status_code == 302
    assert not TrustedBrowser.objects.exists()


@pytest.mark.parametrize("cookie", ["", "x", "t" * 5000, "ü" * 43, "a" * 43, '"\\000"'])
def test_a_malformed_cookie_leads_to_the_code(people, trusted, cookie):
    trusted.cookies["browser"] = cookie

    assert asks_for_the_code(trusted, people.bob)


def test_without_a_factor_there_is_nothing_to_waive(people, trusted):
    factors.reset_factor(people.bob, reason="verloren")
    TrustedBrowser.objects.all().delete()

    post_password(trusted, "bob@acme.example")

    assert trusted.session.get("otp_device_id") is None
    with later(seconds=1):
        assert trusted.get("/account/").status_code == 200
