"""SMS pumping does not pay: numbers, limits, the day's budget and its alarm."""

from __future__ import annotations

from datetime import timedelta

import phonenumbers
import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone
from phonenumbers import PhoneNumberType as Kind

from accounts.actions import factors
from accounts.actions.codes import send_code
from accounts.errors import CodesUsedUp, CodeTooSoon, NumberRefused, SmsUnavailable
from accounts.models import AuditEvent, SmsDevice, SmsMessage, User
from accounts.phone_numbers import mask, parse_mobile
from accounts.tenancy import StaffRole
from tests import factories
from tests.accounts.conftest import LOGIN, SETUP, choose_method, post_password

pytestmark = [pytest.mark.django_db, pytest.mark.db, pytest.mark.long]
NUMBER = "+41791234567"
SENDABLE = frozenset({Kind.MOBILE, Kind.FIXED_LINE_OR_MOBILE})
ALLOWED = ("CH", "LI", "DE", "AT")


@pytest.fixture(autouse=True)
def a_gateway(settings) -> None:
    """Let codes be queued; no worker sends them."""
    settings.SMS_GATEWAYS = ["file"]


def swiss(last: int) -> str:
    """Return one of 10,000 mobile numbers."""
    return f"+4179123{last:04d}"


def count_sent() -> int:
    return SmsMessage.objects.count()


def try_to_send(user: User, number: str, network: str = "n") -> None:
    try:
        send_code(user, number, "enrol", network=network)
    except (CodeTooSoon, CodesUsedUp, SmsUnavailable):
        return


def after(seconds: int) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds))


def every_kind() -> list[tuple[str, str, int]]:
    """Return an example of each kind of number of each allowed country."""
    found = []
    for country in ALLOWED:
        for kind in sorted(phonenumbers.supported_types_for_region(country)):
            number = phonenumbers.example_number_for_type(country, kind)
            text = phonenumbers.format_number(number, 0)
            found.append((country, text, phonenumbers.number_type(number)))
    return found


@pytest.mark.parametrize(("country", "number", "kind"), every_kind())
def test_only_mobile_numbers_get_codes(country, number, kind):
    if kind in SENDABLE:
        assert parse_mobile(number) == number
        return
    with pytest.raises(NumberRefused) as refused:
        parse_mobile(number)

    assert refused.value.reason == "kind"
    assert "Nehmen Sie ein Mobiltelefon" in refused.value.user_message


def test_the_examples_cover_the_kinds_that_cost():
    kinds = {kind for _country, _number, kind in every_kind()}

    assert kinds >= {
        Kind.PREMIUM_RATE, Kind.SHARED_COST, Kind.PAGER, Kind.VOIP,
        Kind.FIXED_LINE, Kind.VOICEMAIL, Kind.PERSONAL_NUMBER, Kind.UAN,
    }  # fmt: skip


@pytest.mark.parametrize("code", sorted(phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS))
def test_satellites_and_numbers_without_a_country_never_get_codes(settings, code):
    """Satellite numbers call themselves mobile; an operator cannot let them in."""
    settings.SMS_COUNTRIES = ["CH", phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY]
    number = phonenumbers.example_number_for_non_geo_entity(code)

    with pytest.raises(NumberRefused) as refused:
        parse_mobile(phonenumbers.format_number(number, 0))

    assert refused.value.reason == "country"


@pytest.mark.parametrize("country", ["US", "GB", "FR", "CU"])
def test_other_countries_get_codes_only_once_they_are_allowed(settings, country):
    number = phonenumbers.example_number_for_type(country, Kind.MOBILE)
    text = phonenumbers.format_number(number, 0)
    with pytest.raises(NumberRefused) as refused:
        parse_mobile(text)
    settings.SMS_COUNTRIES = [country]

    assert refused.value.reason == "country"
    assert parse_mobile(text) == text


@pytest.mark.parametrize("text", ["", "abc", "079 123", "+41 79 123 45 678", "112"])
def test_refuses_what_is_no_number(text):
    with pytest.raises(NumberRefused) as refused:
        parse_mobile(text)

    assert refused.value.reason == "invalid"
    assert refused.value.user_message


@pytest.mark.parametrize("country", ["CH", "LI", "DE", "AT", "US"])
def test_no_more_of_a_number_is_shown_than_its_network_and_its_end(country):
    number = phonenumbers.example_number_for_type(country, Kind.MOBILE)
    text = phonenumbers.format_number(number, 0)

    shown = mask(text)

    digits = "".join(char for char in shown if char.isdigit())
    assert text.endswith(digits[-2:])
    assert len(digits) <= len(text) - 1 - 4


def test_many_numbers_in_one_enrolment_end_after_ten(people, client: Client):
    """A number every minute for an hour, wizard and log-in begun anew when over."""
    for minute in range(60):
        with after(60 * minute):
            client = Client()
            post_password(client, "bob@acme.example")
            choose_method(client, "sms")
            client.post(
                SETUP,
                {
                    "setup_view-current_step": "number",
                    "number-number": swiss(4500 + minute),
                },
            )

    assert count_sent() == 10


def test_going_back_for_another_number_does_not_shorten_the_pause(people, client):
    post_password(client, "bob@acme.example")
    choose_method(client, "sms")
    for last in range(20):
        client.post(
            SETUP,
            {"setup_view-current_step": "number", "number-number": swiss(4500 + last)},
        )
        client.post(SETUP, {"wizard_goto_step": "number"})

    assert count_sent() == 1


def test_many_accounts_do_not_flood_one_number(people):
    """Five an hour, ten a day, whoever asks from wherever."""
    for turn in range(40):
        user = factories.make_person(f"p{turn}@acme.example", people.acme)
        with after(120 * turn):
            try_to_send(user, NUMBER, network=f"n{turn}")

    assert count_sent() == 10


def test_many_networks_do_not_help_one_account(people):
    for turn in range(40):
        with after(60 * turn):
            try_to_send(people.bob, swiss(4500 + turn), network=f"n{turn}")

    assert count_sent() == 10


def test_one_network_gets_thirty_an_hour(people):
    for turn in range(50):
        user = factories.make_person(f"p{turn}@acme.example", people.acme)
        try_to_send(user, swiss(4500 + turn))

    assert count_sent() == 30


def test_one_country_gets_half_of_the_budget(people, settings):
    settings.SMS_DAILY_BUDGET = 20
    for turn in range(20):
        user = factories.make_person(f"p{turn}@acme.example", people.acme)
        try_to_send(user, f"+4366412345{turn:02d}", network=f"n{turn}")
    from_austria = count_sent()
    other = factories.make_person("q@acme.example", people.acme)

    try_to_send(other, NUMBER, network="q")

    assert from_austria == 10
    assert count_sent() == 11


def test_asking_again_at_log_in_ends(people):
    """A hundred clicks, one a minute, with the stolen password."""
    device = factors.enrol_number(people.bob, NUMBER)
    for minute in range(100):
        with after(60 * minute):
            thief = Client()
            post_password(thief, "bob@acme.example")
            thief.post(LOGIN, {"challenge_device": device.persistent_id})

    assert count_sent() == 10


def test_a_session_without_its_factor_gets_no_more_codes_than_any(people):
    device = factors.enrol_number(people.bob, NUMBER)
    for minute in range(100):
        with after(60 * minute):
            client = Client()
            client.force_login(people.bob)
            client.post("/account/confirm/sms/send/", {"factor": device.persistent_id})

    assert count_sent() == 10


def test_somebody_without_a_log_in_gets_no_code_sent(people, client: Client):
    device = factors.enrol_number(people.bob, NUMBER)

    client.post("/account/confirm/sms/send/", {"factor": device.persistent_id})
    client.post(LOGIN, {"challenge_device": device.persistent_id})
    client.post(
        LOGIN,
        {
            "login_view-current_step": "auth",
            "auth-username": "bob@acme.example",
            "auth-password": "wrong",
            "challenge_device": device.persistent_id,
        },
    )

    assert count_sent() == 0


def test_the_attackers_number_never_becomes_a_factor_by_being_asked(people, client):
    post_password(client, "bob@acme.example")
    choose_method(client, "sms")
    client.post(SETUP, {"setup_view-current_step": "number", "number-number": NUMBER})

    assert not SmsDevice.objects.exists()


def test_when_the_budget_is_used_up_the_page_names_another_way(people, settings):
    settings.SMS_DAILY_BUDGET = 2
    factors.enrol_number(people.bob, NUMBER)
    try_to_send(people.alice, swiss(1))

    page = post_password(Client(), "bob@acme.example")

    assert page.status_code == 200
    assert "Zurzeit können keine SMS gesendet werden" in page.content.decode()
    assert count_sent() == 1


@pytest.fixture
def spend_budget(people, settings, worker_in_line, django_capture_on_commit_callbacks):
    """Return a function that sends codes to people of four countries."""
    settings.SMS_DAILY_BUDGET = 10
    numbers = ["+41791234{:03d}", "+436641234{:02d}", "+491512345{:04d}"]

    def run(first: int, last: int) -> None:
        for turn in range(first, last + 1):
            user = factories.make_person(
                f"p{turn}-{timezone.now():%d%H}@acme.example", people.acme
            )
            with django_capture_on_commit_callbacks(execute=True):
                try_to_send(user, numbers[turn % 3].format(turn), network=f"n{turn}")

    return run


def budget_mails() -> list[str]:
    return [sent.subject for sent in mail.outbox if "SMS" in sent.subject]


def test_operators_are_told_at_eighty_and_at_a_hundred_percent(people, spend_budget):
    spend_budget(1, 7)
    before = budget_mails()
    spend_budget(8, 8)
    at_eighty = budget_mails()
    spend_budget(9, 9)
    between = budget_mails()
    spend_budget(10, 15)

    assert before == []
    assert at_eighty == between == ["Cleanmail: 8 von 10 SMS für heute sind verbraucht"]
    assert budget_mails()[1:] == ["Cleanmail: Die SMS für heute sind aufgebraucht"]
    assert {sent.to[0] for sent in mail.outbox} == {"operator@cleanmail.example"}


def test_the_alarm_is_written_down(people, spend_budget):
    spend_budget(1, 12)

    events = AuditEvent.objects.filter(action="sms.budget").order_by("pk")
    assert [event.detail for event in events] == [
        {"used": 8, "budget": 10},
        {"used": 10, "budget": 10},
    ]


def test_each_operator_is_told_and_nobody_who_is_gone(people, spend_budget):
    User.objects.create_user("second@cleanmail.example", staff_role=StaffRole.OPERATOR)
    User.objects.create_user(
        "gone@cleanmail.example", staff_role=StaffRole.OPERATOR, is_active=False
    )

    spend_budget(1, 8)

    told = sorted(sent.to[0] for sent in mail.outbox)
    assert told == ["operator@cleanmail.example", "second@cleanmail.example"]


def test_the_next_day_has_a_budget_and_an_alarm_of_its_own(people, spend_budget):
    spend_budget(1, 12)
    with after(25 * 3600):
        spend_budget(1, 8)

    assert len(budget_mails()) == 3
