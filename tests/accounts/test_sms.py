"""Codes by SMS: numbers, limits, outbox, and a real HTTP gateway on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone

from accounts import sms, tasks
from accounts.actions import factors
from accounts.actions.codes import send_code
from accounts.models import SmsCode, SmsDevice, SmsMessage
from accounts.phone_numbers import mask, parse_mobile
from tests.accounts.conftest import (
    LOGIN,
    SETUP,
    choose_method,
    post_code,
    post_password,
)
from tests.conftest import make_totp_device
from tests.services.sms_gateway import Gateway, sms_gateway

pytestmark = [pytest.mark.django_db, pytest.mark.db]
NUMBER = "+41791234567"
OTHER = "+41791234568"


@pytest.fixture
def gateway(settings, worker_in_line) -> Iterator[Gateway]:
    """Start a gateway and let the portal use it, tasks run in line."""
    with sms_gateway() as made:
        settings.SMS_GATEWAYS = ["http"]
        settings.SMS_HTTP_GATEWAYS = {
            "http": made.settings(authorization="Bearer not-a-real-one")
        }
        yield made


@pytest.fixture
def commits(django_capture_on_commit_callbacks):
    """Run what waits for a commit; the test's own transaction never commits."""

    def run(act):
        with django_capture_on_commit_callbacks(execute=True):
            return act()

    return run


def post_number(client: Client, number: str):
    return client.post(
        SETUP, {"setup_view-current_step": "number", "number-number": number}
    )


def post_number_code(client: Client, code: str):
    return client.post(
        SETUP, {"setup_view-current_step": "number_code", "number_code-code": code}
    )


def make_sms_device(user, number: str = NUMBER) -> SmsDevice:
    return factors.enrol_number(user, number)


def send(commits, user, number: str = NUMBER, purpose: str = "login") -> SmsMessage:
    return commits(lambda: send_code(user, number, purpose, network="n"))


def later(seconds: int) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds))


def test_enrols_a_number_and_logs_in_with_it(people, client, gateway, commits):
    post_password(client, "bob@acme.example")
    choose_method(client, "sms")
    page = commits(lambda: post_number(client, "079 123 45 67"))
    response = post_number_code(client, gateway.last_code)

    assert "+41 79 ••• •• 67" in page.content.decode()
    assert "Ersatzcodes" in response.content.decode()
    device = SmsDevice.objects.get(user=people.bob)
    assert b"1234567" not in bytes(device.sealed_number)
    with later(60):
        other = Client()
        asked = commits(lambda: post_password(other, "bob@acme.example"))
        assert "+41 79 ••• •• 67" in asked.content.decode()
        post_code(other, gateway.last_code)
        assert other.session["otp_device_id"] == device.persistent_id


def test_the_gateway_gets_json_with_our_authorization(people, gateway, commits):
    message = send(commits, people.bob)

    message.refresh_from_db()
    body = json.loads(gateway.bodies[0])
    assert body["to"] == NUMBER
    assert body["text"].endswith(f"@127.0.0.1 #{gateway.last_code}")
    assert gateway.headers[0]["Authorization"] == "Bearer not-a-real-one"
    assert message.state == SmsMessage.State.SENT
    assert bytes(message.sealed) == b""


def test_a_form_gateway_gets_a_form(people, gateway, commits, settings):
    settings.SMS_HTTP_GATEWAYS["http"]["body"] = "recipient={number}&content={text}"

    send(commits, people.bob)

    assert parse_qs(gateway.bodies[0])["recipient"] == [NUMBER]


@pytest.mark.parametrize("status", [302, 400, 500])
def test_a_gateway_that_refuses_is_a_sentence(people, client, gateway, commits, status):
    gateway.status = status
    make_sms_device(people.bob)

    page = commits(lambda: post_password(client, "bob@acme.example"))

    assert page.status_code == 200
    assert SmsMessage.objects.get().state == SmsMessage.State.FAILED
    status_page = client.get("/account/sms/").content.decode()
    assert "konnte nicht gesendet werden" in status_page


def test_a_dead_gateway_is_a_sentence(people, client, gateway, commits, settings):
    settings.SMS_HTTP_GATEWAYS["http"]["url"] = "http://127.0.0.1:9/"
    make_sms_device(people.bob)

    page = commits(lambda: post_password(client, "bob@acme.example"))

    assert page.status_code == 200
    assert "konnte nicht" in client.get("/account/sms/").content.decode()


def test_the_next_gateway_takes_over(people, gateway, commits, settings):
    settings.VAR_DIR = settings.STORE_DIR
    settings.SMS_GATEWAYS = ["http", "file"]
    gateway.status = 500

    message = send(commits, people.bob)

    message.refresh_from_db()
    written = list((settings.VAR_DIR / "demo" / "outbox").glob("sms-*.txt"))
    assert message.gateway == "file"
    assert NUMBER in written[0].read_text(encoding="utf-8")


def test_no_gateway_at_all_is_a_sentence(people, client, settings):
    settings.SMS_GATEWAYS = []
    make_sms_device(people.bob)

    page = post_password(client, "bob@acme.example")

    assert "keine SMS gesendet werden" in page.content.decode()


def test_without_a_gateway_enrolment_offers_the_app_only(people, client, settings):
    settings.SMS_GATEWAYS = []
    post_password(client, "bob@acme.example")

    page = client.get(SETUP).content.decode()

    assert "Authenticator-App" in page
    assert 'value="sms"' not in page


def test_the_app_comes_first(people, client, settings):
    settings.SMS_GATEWAYS = ["file"]
    post_password(client, "bob@acme.example")

    page = client.get(SETUP).content.decode()

    assert page.index('value="app" checked') < page.index('value="sms"')


def test_a_code_works_once(people, client, gateway, commits):
    make_sms_device(people.bob)
    commits(lambda: post_password(client, "bob@acme.example"))
    code = gateway.last_code
    post_code(client, code)
    with later(60):
        other = Client()
        commits(lambda: post_password(other, "bob@acme.example"))

        assert post_code(other, code).status_code == 422
        assert SESSION_KEY not in other.session


def test_a_code_lives_five_minutes(people, client, gateway, commits):
    make_sms_device(people.bob)
    commits(lambda: post_password(client, "bob@acme.example"))
    with later(301):
        assert post_code(client, gateway.last_code).status_code == 422


def test_a_newer_code_voids_the_older(people, gateway, commits):
    send(commits, people.bob)
    old = gateway.last_code
    with later(60):
        send(commits, people.bob)

        assert not SmsCode.redeem(people.bob.pk, NUMBER, "login", old)
        assert SmsCode.redeem(people.bob.pk, NUMBER, "login", gateway.last_code)


def test_the_code_of_one_number_does_not_confirm_another(
    people, client, gateway, commits
):
    post_password(client, "bob@acme.example")
    choose_method(client, "sms")
    commits(lambda: post_number(client, NUMBER))
    stolen = gateway.last_code
    with later(60):
        client.post(SETUP, {"wizard_goto_step": "number"})
        commits(lambda: post_number(client, OTHER))

        assert post_number_code(client, stolen).status_code == 422
        assert not SmsDevice.objects.exists()


def test_a_code_for_enrolment_does_not_log_in(people, gateway, commits):
    device = make_sms_device(people.bob)
    send(commits, people.bob, purpose="enrol")

    assert not device.verify_token(gateway.last_code)


def test_a_code_of_somebody_else_is_worth_nothing(people, gateway, commits):
    send(commits, people.alice)

    assert not SmsCode.redeem(people.bob.pk, NUMBER, "login", gateway.last_code)


def test_code_and_number_are_nowhere_plain(people, gateway, commits):
    send(commits, people.bob)

    row = SmsCode.objects.get()
    assert gateway.last_code not in row.code_hash
    assert "1234567" not in row.number_hash


def test_number_code_without_a_number_is_refused(people, client, gateway):
    post_password(client, "bob@acme.example")
    choose_method(client, "sms")

    response = post_number_code(client, "123456")

    assert "number-number" in response.content.decode()
    assert not SmsDevice.objects.exists()


def test_wrong_codes_of_enrolment_are_throttled(people, client, gateway, commits):
    post_password(client, "bob@acme.example")
    choose_method(client, "sms")
    commits(lambda: post_number(client, NUMBER))
    right = gateway.last_code
    wrong = f"{(int(right) + 1) % 10**6:06d}"

    statuses = [post_number_code(client, wrong).status_code for _ in range(5)]

    assert statuses == [422] * 5
    assert post_number_code(client, right).status_code == 429


def test_resending_has_to_wait_and_says_so(people, client, gateway, commits):
    device = make_sms_device(people.bob)
    commits(lambda: post_password(client, "bob@acme.example"))

    page = commits(
        lambda: client.post(LOGIN, {"challenge_device": device.persistent_id})
    )

    text = page.content.decode()
    assert "Einen neuen Code können Sie in 45 Sekunden anfordern." in text
    assert "Geben Sie die sechs Ziffern aus der SMS an +41 79 ••• •• 67 ein." in text
    assert len(gateway.bodies) == 1


def test_offers_the_number_beside_the_app(people, client, gateway, commits):
    make_totp_device(people.bob)
    device = make_sms_device(people.bob)
    first = commits(lambda: post_password(client, "bob@acme.example"))
    unasked = len(gateway.bodies)

    commits(lambda: client.post(LOGIN, {"challenge_device": device.persistent_id}))
    post_code(client, gateway.last_code)

    assert unasked == 0
    assert "Code als SMS an +41 79 ••• •• 67 senden" in first.content.decode()
    assert client.session["otp_device_id"] == device.persistent_id


def test_step_up_by_sms_is_sent_by_a_button_only(people, client, gateway, commits):
    device = make_sms_device(people.bob)
    client.force_login(people.bob)
    commits(lambda: client.get("/account/confirm/"))
    unasked = len(gateway.bodies)

    commits(
        lambda: client.post(
            "/account/confirm/sms/send/", {"factor": device.persistent_id}
        )
    )
    response = client.post("/account/confirm/", {"code": gateway.last_code})

    assert unasked == 0
    assert response.status_code == 302
    assert client.session["otp_device_id"] == device.persistent_id


def test_nobody_sends_a_code_to_the_number_of_another(people, client, gateway):
    foreign = make_sms_device(people.alice)
    client.force_login(people.bob)

    response = client.post(
        "/account/confirm/sms/send/", {"factor": foreign.persistent_id}
    )

    assert response.status_code == 404
    assert not SmsMessage.objects.exists()


def test_a_message_that_a_worker_holds_is_left_alone(people, gateway):
    message = send_code(people.bob, NUMBER, "login", network="n")
    SmsMessage.objects.update(started_at=timezone.now())

    sms.deliver(message.pk)

    assert gateway.bodies == []


def test_a_message_is_delivered_once(people, gateway, commits):
    message = send(commits, people.bob)

    sms.deliver(message.pk)

    assert len(gateway.bodies) == 1


def test_the_sweep_sends_what_the_broker_lost(people, gateway, commits):
    message = send_code(people.bob, NUMBER, "login", network="n")
    with later(20):
        commits(tasks.sweep)

    message.refresh_from_db()
    assert message.state == SmsMessage.State.SENT


def test_the_sweep_ends_what_came_too_late(people, gateway, commits):
    message = send_code(people.bob, NUMBER, "login", network="n")
    with later(400):
        commits(tasks.sweep)

    message.refresh_from_db()
    assert message.state == SmsMessage.State.FAILED
    assert gateway.bodies == []


def test_the_sweep_forgets_old_codes_and_messages(people, gateway):
    send_code(people.bob, NUMBER, "login", network="n")
    with later(2 * 86400):
        tasks.sweep()
        codes = SmsCode.objects.count()
    with later(91 * 86400):
        tasks.sweep()

    assert codes == 0
    assert not SmsMessage.objects.exists()


def test_the_sweep_ends_what_a_dead_worker_held(people, gateway):
    message = send_code(people.bob, NUMBER, "login", network="n")
    SmsMessage.objects.update(started_at=timezone.now())
    with later(90):
        tasks.sweep()

    message.refresh_from_db()
    assert message.has_failed


def test_the_status_line_stops_asking_when_it_is_final(people, client, gateway):
    message = send_code(people.bob, NUMBER, "login", network="n")
    session = client.session
    session["sms_message"] = str(message.pk)
    session.save()
    waiting = client.get("/account/sms/").content.decode()
    SmsMessage.objects.update(state=SmsMessage.State.SENT)

    final = client.get("/account/sms/").content.decode()

    assert "hx-trigger" in waiting
    assert "hx-trigger" not in final


@pytest.mark.parametrize(
    "text", ["079 123 45 67", "0041 79 123 45 67", "+41 (0)79 123-45-67"]
)
def test_understands_how_people_write_numbers(text):
    assert parse_mobile(text) == NUMBER


@pytest.mark.parametrize(
    ("number", "shown"),
    [(NUMBER, "+41 79 ••• •• 67"), ("+4915123456789", "+49 1512 •••••89")],
)
def test_masks_numbers(number, shown):
    assert mask(number) == shown


def test_a_bad_number_stays_on_its_page(people, client, gateway):
    post_password(client, "bob@acme.example")
    choose_method(client, "sms")

    response = post_number(client, "044 668 18 00")

    assert response.status_code == 422
    assert gateway.bodies == []
