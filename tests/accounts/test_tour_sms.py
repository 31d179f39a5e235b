"""Attacker's tour: codes by SMS, to make money or to keep their owner from theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.actions import factors
from accounts.actions.codes import send_code
from accounts.errors import CodesUsedUp, CodeTooSoon
from accounts.models import SmsCode, SmsMessage, Throttle
from tests import factories
from tests.accounts.conftest import LOGIN, SETUP, choose_method, post_password

pytestmark = [pytest.mark.django_db, pytest.mark.db]
NUMBER = "+41791234567"


@pytest.fixture(autouse=True)
def a_gateway(settings) -> None:
    settings.SMS_GATEWAYS = ["file"]


def test_who_claims_to_enrol_a_number_does_not_use_up_its_owners_codes(people):
    """Any colleague could keep the owner out for good, five numbers an hour."""
    factors.enrol_number(people.bob, NUMBER)
    for turn in range(12):
        thief = factories.make_person(f"p{turn}@acme.example", people.acme)
        try:
            send_code(thief, NUMBER, SmsCode.Purpose.ENROL, network=f"n{turn}")
        except CodesUsedUp:
            continue
    before = SmsMessage.objects.filter(user=people.bob).count()

    post_password(Client(), people.bob.email)

    assert before == 0
    assert SmsMessage.objects.filter(user=people.bob).count() == 1


def test_the_owners_codes_of_one_number_end_too(people):
    factors.enrol_number(people.bob, NUMBER)
    refused = 0
    for turn in range(20):
        with time_machine.travel(timezone.now() + timedelta(minutes=turn)):
            try:
                send_code(people.bob, NUMBER, SmsCode.Purpose.LOGIN, network="n")
            except (CodesUsedUp, CodeTooSoon):
                refused += 1

    assert SmsMessage.objects.count() == 5
    assert refused == 15


@pytest.mark.parametrize(
    "spelling", ["0791234567", "+41 79 123 45 67", "0041 79 1234567", "+41(0)791234567"]
)
def test_another_spelling_is_the_same_number_for_the_limits(people, spelling):
    for turn in range(5):
        user = factories.make_person(f"p{turn}@acme.example", people.acme)
        send_code(user, NUMBER, SmsCode.Purpose.ENROL, network=f"n{turn}")
    client = Client()
    post_password(client, people.bob.email)
    choose_method(client, "sms")

    page = client.post(
        SETUP, {"setup_view-current_step": "number", "number-number": spelling}
    )

    assert page.status_code == 429
    assert SmsMessage.objects.count() == 5


@pytest.mark.parametrize(
    "typed",
    [
        "+41791234567\r\n+41791234568", "+41791234567,+41791234568",
        "+41791234567;ext=9", "tel:+41791234567;phone-context=+1",
        "+41791234567{text}", "+4179123456７",
    ],
)  # fmt: skip
def test_a_field_sends_to_one_number_or_to_none(people, typed):
    client = Client()
    post_password(client, people.bob.email)
    choose_method(client, "sms")

    client.post(SETUP, {"setup_view-current_step": "number", "number-number": typed})

    assert SmsMessage.objects.count() <= 1
    hashes = set(SmsMessage.objects.values_list("number_hash", flat=True))
    send_code(people.alice, NUMBER, SmsCode.Purpose.ENROL, network="x")
    assert hashes <= {SmsMessage.objects.get(user=people.alice).number_hash}


def test_an_address_of_a_header_is_no_new_network(people, settings):
    """Without a trusted proxy `X-Forwarded-For` is what the attacker writes."""
    settings.TRUSTED_PROXIES = 0
    for turn in range(40):
        user = factories.make_person(f"p{turn}@acme.example", people.acme)
        client = Client(HTTP_X_FORWARDED_FOR=f"198.51.100.{turn}")
        client.force_login(user)
        post_number(client, f"+4179123{4500 + turn:04d}")

    assert SmsMessage.objects.count() == 30


def post_number(client: Client, number: str) -> None:
    session = client.session
    session["proof"] = {"at": int(timezone.now().timestamp()), "by": "password"}
    session.save()
    choose_method(client, "sms")
    client.post(SETUP, {"setup_view-current_step": "number", "number-number": number})


def test_no_row_of_a_limit_tells_a_number(people):
    send_code(people.bob, NUMBER, SmsCode.Purpose.ENROL, network="192.0.2.1")

    kept = " ".join(Throttle.objects.values_list("key", flat=True))
    assert "791234567" not in kept
    assert "192.0.2.1" not in kept


def test_the_page_of_the_code_sends_no_second_one_when_loaded_again(people):
    factors.enrol_number(people.bob, NUMBER)
    client = Client()
    post_password(client, people.bob.email)
    for _ in range(5):
        client.post(LOGIN, {"challenge_device": "models.smsdevice/1"})
        client.get(LOGIN)

    assert SmsMessage.objects.count() == 1
