"""What the pages say about a code by SMS, whatever became of it."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone

from accounts.actions import factors, recovery_codes
from accounts.actions.codes import send_code
from accounts.keyring import unseal
from accounts.models import SmsDevice, SmsMessage
from accounts.second_factor import find_sheet
from tests.accounts.conftest import (
    LOGIN,
    SETUP,
    choose_method,
    post_code,
    post_password,
)
from tests.conftest import make_totp_device

pytestmark = [pytest.mark.django_db, pytest.mark.db]
ROOT = Path(__file__).parents[2]
NUMBER, OTHER = "+41791234567", "+41791234568"
ASKS = "Geben Sie die sechs Ziffern aus der SMS an +41 79 ••• •• 67 ein."
ASKS_NOTHING = "Für +41 79 ••• •• 67 gilt in diesem Browser zurzeit kein Code."
SENT = "Die SMS ist dem Netz übergeben."
FAILED = "Die SMS konnte nicht gesendet werden."
State = SmsMessage.State


@pytest.fixture(autouse=True)
def a_gateway(settings) -> None:
    settings.SMS_GATEWAYS = ["file"]


@pytest.fixture
def device(people):
    return factors.enrol_number(people.bob, NUMBER)


def log_in(client: Client) -> str:
    return post_password(client, "bob@acme.example").content.decode()


def ask_again(client: Client, device) -> str:
    page = client.post(LOGIN, {"challenge_device": device.persistent_id})
    assert page.status_code == 200
    return page.content.decode()


def after(seconds: int) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds))


def test_while_the_sms_waits_the_page_says_so(device, client: Client):
    page = log_in(client)

    assert ASKS in page
    assert "Die SMS wird gerade gesendet." in page
    assert "hx-trigger" in page


def test_after_a_refused_resend_the_page_says_what_is_true(device, client: Client):
    log_in(client)
    SmsMessage.objects.update(state=State.SENT)

    page = ask_again(client, device)

    assert ASKS in page
    assert SENT in page
    assert "Einen neuen Code können Sie in 45 Sekunden anfordern." in page


def test_where_nothing_was_sent_the_page_does_not_ask_for_it(
    people, device, client: Client
):
    """The pause is the person's: asked for one number, it holds for the other too."""
    send_code(people.bob, OTHER, "login", network="n")

    page = log_in(client)

    assert ASKS_NOTHING in page
    assert ASKS not in page


def test_a_code_that_another_browser_asked_for_does_not_count(people, device, client):
    """A thief with the password sees the code on the owner's phone: too late."""
    owner, thief = client, Client()
    log_in(owner)
    code = newest_code()

    page = log_in(thief)
    stolen = post_code(thief, code)

    assert ASKS_NOTHING in page
    assert "Sekunden anfordern" in page
    assert stolen.status_code == 422
    assert SESSION_KEY not in thief.session
    assert post_code(owner, code).status_code == 302


def test_nor_does_one_for_enrolment(people, client: Client):
    owner, thief = client, Client()
    step = {"setup_view-current_step": "number", "number-number": NUMBER}
    for browser in (owner, thief):
        post_password(browser, "bob@acme.example")
        choose_method(browser, "sms")
    owner.post(SETUP, step)
    with after(60):
        thief.post(SETUP, step | {"number-number": OTHER})
        thief.post(SETUP, {"wizard_goto_step": "number"})
        code = newest_code()
        owner.post(
            SETUP,
            {"setup_view-current_step": "number_code", "number_code-code": code},
        )

    assert not SmsDevice.objects.exists()


def newest_code() -> str:
    sealed = SmsMessage.objects.latest("created_at").sealed
    _number, text = json.loads(unseal(bytes(sealed), purpose="sms.message"))
    return re.findall(r"\d{6}", text)[0]


def test_a_failed_sms_asks_for_no_code_and_shows_other_ways(people, device, client):
    recovery_codes.issue_first_codes(people.bob)
    make_totp_device(people.bob)
    log_in(client)
    with after(60):
        ask_again(client, device)
        SmsMessage.objects.update(state=State.FAILED)
        page = client.post(
            LOGIN, {"login_view-current_step": "token", "token-code": "000000"}
        ).content.decode()

    assert ASKS_NOTHING in page
    assert FAILED in page
    assert "Code aus der App eingeben" in page
    assert "Ersatzcode eingeben" in page


def test_the_sms_of_one_number_is_not_shown_for_another(people, device, client):
    log_in(client)
    SmsMessage.objects.update(state=State.SENT)
    other = factors.enrol_number(people.bob, OTHER)

    page = ask_again(client, other)

    assert SENT not in page
    assert "Für +41 79 ••• •• 68 gilt in diesem Browser zurzeit kein Code." in page


def test_the_seconds_until_another_code_are_shown_and_run_out(device, client: Client):
    page = log_in(client)
    with after(50):
        later = client.post(
            LOGIN, {"login_view-current_step": "token", "token-code": "000000"}
        ).content.decode()

    assert "<b>45</b> s möglich" in page
    assert "data-countdown" not in later


def test_quotas_say_how_long_and_that_there_are_other_ways(people, device, client):
    for minute in range(5):
        with after(60 * minute):
            log_in(Client())
    with after(300):
        page = log_in(client)

    assert "Es wurden zu viele Codes angefordert." in page
    assert "warten Sie 55 Minuten." in page


def test_a_quota_of_the_day_is_said_in_hours(people, device, client):
    for turn in range(10):
        with after(1000 * turn):
            log_in(Client())
    with after(11_000):
        page = log_in(client)

    assert "warten Sie 21 Stunden." in page


def test_an_sms_nobody_closed_counts_as_failed_after_five_minutes(device, client):
    """Worker and beat are dead: the page does not wait for ever."""
    log_in(client)
    with after(301):
        page = client.get("/account/sms/").content.decode()

    assert FAILED in page
    assert "hx-trigger" not in page


def test_enrolment_shows_status_and_pause_too(people, client: Client):
    post_password(client, "bob@acme.example")
    choose_method(client, "sms")
    step = {"setup_view-current_step": "number", "number-number": NUMBER}

    page = client.post(SETUP, step).content.decode()

    assert ASKS in page
    assert "Die SMS wird gerade gesendet." in page
    assert "<b>45</b> s möglich" in page


def test_a_pause_in_enrolment_is_said_at_the_number(people, client: Client):
    post_password(client, "bob@acme.example")
    choose_method(client, "sms")
    client.post(SETUP, {"setup_view-current_step": "number", "number-number": NUMBER})
    client.post(SETUP, {"wizard_goto_step": "number"})

    page = client.post(
        SETUP, {"setup_view-current_step": "number", "number-number": OTHER}
    )

    assert page.status_code == 429
    assert "Einen neuen Code können Sie in" in page.content.decode()


def test_the_same_number_again_leads_back_to_the_code_that_is_out(
    people, client: Client
):
    post_password(client, "bob@acme.example")
    choose_method(client, "sms")
    step = {"setup_view-current_step": "number", "number-number": NUMBER}
    client.post(SETUP, step)
    code = newest_code()
    client.post(SETUP, {"wizard_goto_step": "number"})

    page = client.post(SETUP, step)
    client.post(
        SETUP, {"setup_view-current_step": "number_code", "number_code-code": code}
    )

    assert page.status_code == 200
    assert ASKS in page.content.decode()
    assert SmsMessage.objects.count() == 1
    assert SmsDevice.objects.get().number == NUMBER


def test_step_up_shows_status_and_pause_too(people, device, client: Client):
    client.force_login(people.bob)
    client.post("/account/confirm/sms/send/", {"factor": device.persistent_id})

    page = client.get("/account/confirm/").content.decode()

    assert "Die SMS wird gerade gesendet." in page
    assert "<b>45</b> s möglich" in page


def test_whoever_lost_the_phone_gets_in_by_a_recovery_code(people, device, client):
    codes = recovery_codes.issue_first_codes(people.bob)
    sheet = find_sheet(people.bob)
    assert sheet
    log_in(client)

    page = ask_again(client, sheet)

    assert "Ersatzcode eingeben" in page
    assert post_code(client, codes[0]).status_code == 302


def test_the_page_tells_what_to_do_when_the_phone_is_lost(people, device, client):
    at_log_in = log_in(client)
    client.force_login(people.bob)
    at_step_up = client.get("/account/confirm/").content.decode()

    for page in (at_log_in, at_step_up):
        assert "Telefon verloren?" in page
        assert "Bitten Sie den Administrator Ihrer Firma" in page


def test_the_guide_speaks_in_the_words_of_the_pages():
    """What `docs/users.md` puts into italics stands so on a page."""
    guide = (ROOT / "docs" / "users.md").read_text().split("## Telefon verloren")[1]
    guide = guide.split("\n## For admins")[0]
    quoted = re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", guide)
    sources = " ".join(
        path.read_text()
        for folder, kind in (("templates", "*.html"), ("accounts", "*.py"))
        for path in (ROOT / folder).rglob(kind)
    )

    missing = [
        words
        for words in (" ".join(text.split()) for text in quoted)
        if words.split("…")[0].strip() not in sources
    ]

    assert len(quoted) > 12
    assert not missing
