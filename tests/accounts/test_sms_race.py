"""Codes asked for and redeemed in the same moment; on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.actions.codes import send_code
from accounts.errors import CodeTooSoon, SmsUnavailable
from accounts.models import AuditEvent, OutgoingMail, SmsCode, SmsMessage
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "+41791234567"


@pytest.fixture(autouse=True)
def a_gateway(settings, tmp_path) -> None:
    settings.SMS_GATEWAYS = ["file"]


def at_once(act: Callable[[int], bool], times: int) -> int:
    """Run the act in eight threads; return how often it said yes."""

    def one(turn: int) -> bool:
        try:
            return act(turn)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        return sum(pool.map(one, range(times)))


def test_of_many_clicks_at_the_same_moment_one_sends(people):
    def click(_turn: int) -> bool:
        try:
            send_code(people.bob, NUMBER, "login", network="n")
        except CodeTooSoon:
            return False
        return True

    assert at_once(click, 24) == 1
    assert SmsMessage.objects.count() == 1


def test_the_budget_holds_and_is_told_once_whoever_comes_at_the_same_moment(
    people, settings
):
    settings.SMS_DAILY_BUDGET = 20
    everybody = [
        factories.make_person(f"p{turn}@acme.example", people.acme)
        for turn in range(40)
    ]

    def ask(turn: int) -> bool:
        kind = "+4179123{:04d}" if turn % 2 else "+4366412345{:02d}"
        try:
            send_code(everybody[turn], kind.format(turn), "enrol", network=f"n{turn}")
        except SmsUnavailable:
            return False
        return True

    assert at_once(ask, 40) == 20
    told = AuditEvent.objects.filter(action="sms.budget")
    assert sorted(event.detail["used"] for event in told) == [16, 20]
    assert OutgoingMail.objects.filter(kind="sms_budget").count() == 2


def test_of_two_uses_of_a_code_at_the_same_moment_one_wins(people):
    SmsCode.issue(people.bob, NUMBER, "login", "123456")

    def use(_turn: int) -> bool:
        return SmsCode.redeem(people.bob.pk, NUMBER, "login", "123456")

    assert at_once(use, 16) == 1
