"""Where a person is logged in: listed, timed out, ended; told if it is news."""

from __future__ import annotations

import uuid
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts import browsers, outbox, sessions, tasks
from accounts.actions import factors, sign_ins
from accounts.models import AuditEvent, KnownBrowser, OutgoingMail, SignIn
from tests.accounts.conftest import (
    CALLER,
    LOGIN,
    new_passwords,
    post_code,
    post_password,
    totp_code,
)
from tests.accounts.test_password_reset import NEW
from tests.conftest import make_totp_device
from tests.factories import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.db]
PAGE = "/account/sign-ins/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0"
)


def browser(agent: str = FIREFOX, network: str = "198.51.100.7") -> Client:
    """Return a browser that holds no cookie of ours."""
    return Client(headers={"user-agent": agent}, REMOTE_ADDR=network)


def log_in(client: Client, user) -> Client:
    """Log in by password, by the real page."""
    assert post_password(client, user.email).status_code == 302
    return client


def later(**span: float) -> AbstractContextManager[object]:
    return time_machine.travel(timezone.now() + timedelta(**span))


def told() -> list[str]:
    """Deliver what waits; return the subjects."""
    for row in OutgoingMail.objects.filter(state=OutgoingMail.State.QUEUED):
        outbox.deliver(row.pk)
    return [sent.subject for sent in mail.outbox]


def test_the_page_names_browsers_and_masks_networks(people):
    log_in(browser(IPHONE, "2001:db8:1:2::7"), people.bob)
    here = log_in(browser(), people.bob)

    page = here.get(PAGE).content.decode()

    assert "Firefox auf Linux" in page
    assert "Safari auf iPhone" in page
    assert "198.51.100.x" in page
    assert "2001:db8:1:x" in page
    assert "198.51.100.7" not in page
    assert page.count('<span class="badge') == 1


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        (EDGE, "Edge auf Windows"),
        (EDGE.partition(" Edg")[0], "Chrome auf Windows"),
        ("curl/8.5", "Unbekannter Browser"),
        ("", "Unbekannter Browser"),
        ("Firefox/" + "9" * 100_000, "Firefox"),
    ],
)
def test_browsers_have_names(people, agent, label):
    log_in(browser(agent), people.bob)

    assert SignIn.objects.get().browser_label == label


def test_no_row_holds_the_session_key_or_the_cookie(people):
    client = log_in(browser(), people.bob)

    secrets = [client.session.session_key, client.cookies["browser"].value]
    rows = [*SignIn.objects.values(), *KnownBrowser.objects.values()]

    assert not any(secret in str(rows) for secret in secrets)
    assert not any(secret in client.get(PAGE).content.decode() for secret in secrets)


def test_ends_one(people):
    there, here = log_in(browser(EDGE), people.bob), log_in(browser(), people.bob)
    other = SignIn.objects.get(browser="Edge")

    response = here.post(f"{PAGE}{other.pk}/end/")

    assert response.url == PAGE
    assert there.get("/account/").url.startswith(LOGIN)
    assert "Diese Anmeldung wurde beendet" in there.get(LOGIN).content.decode()
    assert "wurde beendet" not in there.get(LOGIN).content.decode()
    assert here.get(PAGE).status_code == 200
    assert AuditEvent.objects.filter(action="auth.end", actor=people.bob).exists()


def test_ends_all_others(people):
    elsewhere = [log_in(browser(EDGE), people.bob) for _ in range(3)]
    here = log_in(browser(), people.bob)

    here.post(f"{PAGE}end-others/")

    assert {c.get("/account/").status_code for c in elsewhere} == {302}
    assert here.get(PAGE).status_code == 200
    assert [row.browser for row in sessions.list_live(people.bob)] == ["Firefox"]


def test_ends_nobody_elses(people, client_for):
    there = log_in(browser(), people.bob)
    theirs = SignIn.objects.get(user=people.bob)

    response = client_for(people.alice).post(f"{PAGE}{theirs.pk}/end/")

    assert response.status_code == 404
    assert there.get("/account/").status_code == 200


def test_ending_demands_a_fresh_proof_and_a_post(people, client_for):
    client = client_for(people.bob)
    session = client.session
    session["proof"] = {"at": 0, "by": "factor"}
    session.save()

    for path in (f"{PAGE}end-others/", f"{PAGE}{uuid.uuid4()}/end/"):
        assert client.post(path).url.startswith("/account/confirm/")
        assert client.get(path).status_code == 405


def test_ends_after_an_idle_hour(people, settings):
    client = log_in(browser(), people.bob)
    with later(minutes=50):
        assert client.get("/account/").status_code == 200
    with later(minutes=100):
        assert client.get("/account/").status_code == 200
    with later(minutes=161):
        assert client.get("/account/").url.startswith(LOGIN)
        assert "Sie waren länger weg" in client.get(LOGIN).content.decode()

    assert SignIn.objects.get().end_reason == SignIn.End.IDLE


def test_ends_after_its_longest_life_however_busy(people, settings):
    settings.SESSION_SECONDS, settings.SESSION_IDLE_SECONDS = 3000, 2000
    client = log_in(browser(), people.bob)
    for minutes in (20, 40):
        with later(minutes=minutes):
            assert client.get("/account/").status_code == 200
    with later(minutes=51):
        assert client.get("/account/").url.startswith(LOGIN)

    assert SignIn.objects.get().end_reason == SignIn.End.TOO_OLD


def test_a_timed_out_log_in_is_not_shown(people):
    log_in(browser(EDGE), people.bob)
    with later(hours=2):
        here = log_in(browser(), people.bob)

        assert "Edge" not in here.get(PAGE).content.decode()


def test_an_open_page_does_not_write_on_each_request(people):
    client = log_in(browser(), people.bob)
    before = SignIn.objects.get().last_seen_at
    with later(seconds=30):
        client.get("/account/")
    assert SignIn.objects.get().last_seen_at == before
    with later(seconds=90):
        client.get("/account/")

    assert SignIn.objects.get().last_seen_at > before


def test_logging_out_ends_the_row(people):
    client = log_in(browser(), people.bob)

    client.post("/logout/")

    assert SignIn.objects.get().end_reason == SignIn.End.LOGGED_OUT


def test_a_stolen_session_does_not_outlive_the_log_out(people):
    client = log_in(browser(), people.bob)
    thief = browser(EDGE)
    thief.cookies["sessionid"] = client.session.session_key

    client.post("/logout/")

    assert thief.get("/account/").url.startswith(LOGIN)


def test_a_session_without_a_row_gets_one(people, client):
    client.force_login(people.bob)

    client.get("/account/")

    assert SignIn.objects.get().user == people.bob
    assert client.session[SESSION_KEY] == str(people.bob.pk)


def test_a_new_password_ends_the_others_and_not_this_one(people):
    there, here = log_in(browser(EDGE), people.bob), log_in(browser(), people.bob)

    here.post("/account/password/", new_passwords(NEW))

    assert there.get("/account/").url.startswith(LOGIN)
    assert here.get("/account/").status_code == 200
    assert sessions.list_running(people.bob).count() == 1


@pytest.mark.parametrize("act", ["remove", "reset"])
def test_taking_a_factor_away_ends_the_others(people, act):
    device = make_totp_device(people.bob)
    there = browser()
    post_password(there, "bob@acme.example")
    post_code(there, totp_code())
    assert there.get("/account/").status_code == 200

    if act == "remove":
        factors.remove_factor(people.bob, device)
    else:
        factors.reset_factor(people.bob, reason="verloren")

    assert there.get("/account/").url.startswith(LOGIN)


def test_tells_of_a_new_browser_only(people):
    first = log_in(browser(), people.bob)
    first.post("/logout/")
    log_in(first, people.bob)
    assert told() == []

    log_in(browser(EDGE, "203.0.113.9"), people.bob)

    assert told() == ["Neue Anmeldung bei Cleanmail"]
    body = mail.outbox[0].body
    assert "Edge auf Windows" in body
    assert "203.0.113.x" in body
    assert "http://127.0.0.1:8000/account/sign-ins/" in body


def test_a_browser_that_keeps_no_cookies_is_no_news_each_time(people):
    for _ in range(3):
        log_in(browser(), people.bob)

    assert told() == []


def test_the_same_browser_elsewhere_is_no_news_if_it_holds_the_cookie(people):
    client = log_in(browser(), people.bob)
    client.post("/logout/")
    client.defaults["REMOTE_ADDR"] = "203.0.113.200"
    log_in(client, people.bob)

    assert told() == []


def test_does_not_flood(people):
    log_in(browser(), people.bob)
    for number in range(8):
        log_in(browser(EDGE, f"203.0.113.{number}"), people.bob)

    assert len(told()) == sign_ins.NOTICES_A_DAY


def test_the_cookie_of_one_person_makes_nobody_else_known(people):
    client = log_in(browser(), people.bob)
    log_in(browser(EDGE), people.alice)
    client.post("/logout/")

    log_in(client, people.alice)

    assert told() == ["Neue Anmeldung bei Cleanmail"]
    assert mail.outbox[0].to == ["alice@acme.example"]


@pytest.mark.parametrize(
    "cookie", ["", "x", "t" * 5000, "ü" * 43, "a" * 43, '"\\000"', "../../etc/passwd"]
)
def test_a_malformed_cookie_harms_nobody(people, cookie):
    client = browser()
    client.cookies["browser"] = cookie

    log_in(client, people.bob)

    assert client.get("/account/").status_code == 200


def test_the_cookie_is_out_of_reach(people, settings):
    response = post_password(browser(), "bob@acme.example")
    cookie = response.cookies["browser"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")

    settings.HTTPS = True
    response = post_password(browser(), "bob@acme.example")
    cookie = response.cookies["__Host-browser"]
    assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")


def test_old_rows_go(people):
    log_in(browser(), people.bob)
    with later(days=91):
        tasks.sweep()
    assert not SignIn.objects.exists()
    assert KnownBrowser.objects.exists()
    with later(days=browsers.COOKIE_DAYS + 1):
        tasks.sweep()

    assert not KnownBrowser.objects.exists()


def test_wrong_passwords_leave_no_row(people):
    post_password(browser(), "bob@acme.example", "falsch-falsch-falsch")

    assert not SignIn.objects.exists()
    assert not KnownBrowser.objects.exists()
    assert PASSWORD not in str(AuditEvent.objects.values())


def test_the_first_log_in_ever_is_no_news(people):
    sign_ins.open_sign_in(people.bob, CALLER, kind="app")

    assert told() == []


def test_another_person_in_the_same_browser_ends_the_first_log_in(people):
    client = log_in(browser(), people.bob)
    make_totp_device(people.bob)  # so that the page asks again: nothing is proved
    client.get(LOGIN)

    log_in(client, people.alice)

    assert sessions.list_live(people.bob) == []
    assert len(sessions.list_live(people.alice)) == 1


def test_an_admin_ends_all_log_ins_of_a_person(people, client_for):
    there = log_in(browser(), people.bob)
    path = f"/people/{people.bob.pk}/end-sign-ins/"
    admin = client_for(people.alice)
    assert (
        "Alle Anmeldungen beenden"
        in admin.get(f"/people/{people.bob.pk}/").content.decode()
    )

    response = admin.post(path)

    assert response.url == f"/people/{people.bob.pk}/"
    assert there.get("/account/").url.startswith(LOGIN)
    event = AuditEvent.objects.get(action="auth.end_by_admin")
    assert (event.actor, event.object_id) == (people.alice, str(people.bob.pk))
    assert told() == ["Ihre Anmeldungen bei Cleanmail wurden beendet"]


def test_members_and_strangers_end_nobodys_log_ins(people, client_for):
    there = log_in(browser(), people.alice)
    path = f"/people/{people.alice.pk}/end-sign-ins/"

    assert client_for(people.bob).post(path).status_code == 403
    assert client_for(people.charlie).post(path).status_code == 404
    assert there.get("/account/").status_code == 200


def test_the_operator_ends_those_of_one_or_of_all(people):
    clients = [log_in(browser(), user) for user in (people.alice, people.bob)]
    call_command("end_sign_ins", "BOB@acme.example", reason="Telefon gestohlen")
    assert [c.get("/account/").status_code for c in clients] == [200, 302]

    call_command("end_sign_ins", all=True, reason="Leck")

    assert [c.get("/account/").status_code for c in clients] == [302, 302]
    events = AuditEvent.objects.filter(action="auth.end_by_operator").order_by("pk")
    assert [e.detail["reason"] for e in events] == ["Telefon gestohlen", "Leck"]


@pytest.mark.parametrize(
    ("email", "reason"), [("nobody@acme.example", "x"), ("bob@acme.example", " ")]
)
def test_the_operator_must_name_somebody_and_a_reason(people, email, reason):
    with pytest.raises(CommandError):
        call_command("end_sign_ins", email, reason=reason)
