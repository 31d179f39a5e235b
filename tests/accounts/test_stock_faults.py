"""The faults of django-two-factor-auth as shipped: there live, here gone.

The number is that of the finding; 17 is none. Each attack of `attacks.py` runs against
two sites: the stock one, where it must succeed or it proves nothing, and ours.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client

from accounts.models import User
from tests.accounts import attacks
from tests.accounts.conftest import post_password
from tests.accounts.our_portal import OurPortal

pytestmark = [pytest.mark.django_db, pytest.mark.db, pytest.mark.long]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def stock() -> dict[str, Any]:
    """Run every attack against the stock site once; its registry is not ours."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.accounts.stock.run"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    outcomes: dict[str, Any] = json.loads(done.stdout)
    return outcomes


@pytest.fixture
def ours(settings) -> OurPortal:
    """Our portal with a gateway; what it would send waits in the outbox."""
    settings.SMS_GATEWAYS = ["file"]
    settings.HTTPS = True  # as in production; cookies follow
    return OurPortal()


def assert_only_stock_falls(
    attack: Callable[[attacks.Portal], bool], stock: dict[str, Any], ours: OurPortal
) -> None:
    assert stock[attack.__name__] is True, stock[attack.__name__]
    assert attack(ours) is False


def test_fault_01_password_alone_enrols_a_second_device(stock, ours):
    assert_only_stock_falls(
        attacks.fault_01_password_alone_enrols_a_second_device, stock, ours
    )


def test_fault_02_app_codes_are_guessed_at_enrolment(stock, ours):
    assert_only_stock_falls(
        attacks.fault_02_app_codes_are_guessed_at_enrolment, stock, ours
    )


def test_fault_03_sms_codes_are_guessed_at_enrolment(stock, ours):
    assert_only_stock_falls(
        attacks.fault_03_sms_codes_are_guessed_at_enrolment, stock, ours
    )


def test_fault_04_code_of_one_number_confirms_another(stock, ours):
    assert_only_stock_falls(
        attacks.fault_04_code_of_one_number_confirms_another, stock, ours
    )


def test_fault_05_pumps_sms_to_many_numbers(stock, ours):
    assert_only_stock_falls(attacks.fault_05_pumps_sms_to_many_numbers, stock, ours)


def test_fault_05_pumps_sms_by_asking_again_at_log_in(stock, ours):
    assert_only_stock_falls(
        attacks.fault_05_pumps_sms_by_asking_again_at_log_in, stock, ours
    )


def test_fault_06_sms_code_opens_a_second_session(stock, ours):
    assert_only_stock_falls(
        attacks.fault_06_sms_code_opens_a_second_session, stock, ours
    )


def test_fault_07_code_of_enrolment_opens_a_session(stock, ours):
    assert_only_stock_falls(
        attacks.fault_07_code_of_enrolment_opens_a_session, stock, ours
    )


def test_fault_08_secret_is_plain_in_the_database(stock, ours):
    assert_only_stock_falls(
        attacks.fault_08_secret_is_plain_in_the_database, stock, ours
    )


def test_fault_08_pending_secret_is_plain_in_the_session(stock, ours):
    assert_only_stock_falls(
        attacks.fault_08_pending_secret_is_plain_in_the_session, stock, ours
    )


def test_fault_09_recovery_codes_are_plain_in_the_database(stock, ours):
    assert_only_stock_falls(
        attacks.fault_09_recovery_codes_are_plain_in_the_database, stock, ours
    )


def test_fault_09_recovery_codes_are_shown_again(stock, ours):
    assert_only_stock_falls(
        attacks.fault_09_recovery_codes_are_shown_again, stock, ours
    )


def test_fault_09_recovery_codes_are_short(stock, ours):
    assert_only_stock_falls(attacks.fault_09_recovery_codes_are_short, stock, ours)


def test_fault_10_open_browser_removes_the_factor(stock, ours):
    assert_only_stock_falls(
        attacks.fault_10_open_browser_removes_the_factor, stock, ours
    )


def test_fault_11_planted_session_key_is_verified_by_enrolment(stock, ours):
    assert_only_stock_falls(
        attacks.fault_11_planted_session_key_is_verified_by_enrolment, stock, ours
    )


def test_fault_12_clicking_through_leaves_a_browser_without_factor(stock, ours):
    assert_only_stock_falls(
        attacks.fault_12_clicking_through_leaves_a_browser_without_factor, stock, ours
    )


def test_fault_12_cookie_that_skips_the_factor_travels_unencrypted(
    stock, ours, settings
):
    settings.HTTPS = True  # as an installation is; the stock package has to be told
    assert_only_stock_falls(
        attacks.fault_12_cookie_that_skips_the_factor_travels_unencrypted, stock, ours
    )


def test_fault_12_owner_cannot_revoke_the_cookie_of_a_thief(stock, ours):
    assert_only_stock_falls(
        attacks.fault_12_owner_cannot_revoke_the_cookie_of_a_thief, stock, ours
    )


def test_fault_13_malformed_cookie_breaks_the_log_in(stock, ours):
    assert_only_stock_falls(
        attacks.fault_13_malformed_cookie_breaks_the_log_in, stock, ours
    )


def test_fault_14_password_alone_opens_the_admin(stock, ours):
    assert_only_stock_falls(
        attacks.fault_14_password_alone_opens_the_admin, stock, ours
    )


def test_fault_14_superuser_reads_the_secret_of_another(stock, ours):
    assert_only_stock_falls(
        attacks.fault_14_superuser_reads_the_secret_of_another, stock, ours
    )


def test_fault_15_password_is_guessed_without_end(stock, ours):
    assert_only_stock_falls(
        attacks.fault_15_password_is_guessed_without_end, stock, ours
    )


def test_fault_16_pages_load_from_elsewhere(stock, ours):
    assert_only_stock_falls(attacks.fault_16_pages_load_from_elsewhere, stock, ours)


def test_fault_18_thief_keeps_the_owner_out_of_a_known_network(stock, ours):
    assert_only_stock_falls(
        attacks.fault_18_thief_keeps_the_owner_out_of_a_known_network, stock, ours
    )


def test_fault_18_thief_keeps_the_owner_out_for_hours(stock, ours):
    assert_only_stock_falls(
        attacks.fault_18_thief_keeps_the_owner_out_for_hours, stock, ours
    )


def test_every_attack_has_its_test():
    here = Path(__file__).read_text()

    missing = [name for name in attacks.every_attack() if f"test_{name}(" not in here]

    assert not missing


class CountingHasher(Argon2PasswordHasher):
    """Argon2 that counts what it is asked to compute."""

    work = 0

    def encode(self, password: str, salt: str) -> str:
        CountingHasher.work += 1
        return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        CountingHasher.work += 1
        return super().verify(password, encoded)


def test_unknown_accounts_cost_the_same_hashing_work(people, settings):
    """So the time of the answer does not tell whether an account exists."""
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    people.bob.set_password("drei-Tassen-Tee-im-Garten")
    people.bob.save()
    User.objects.create_user("invited@acme.example")
    gone = User.objects.create_user("gone@acme.example", "x" * 20, is_active=False)
    assert not gone.is_active
    accounts = ("bob@", "nobody@", "invited@", "gone@")

    work, answers = {}, {}
    for account in accounts:
        CountingHasher.work = 0
        response = post_password(Client(), f"{account}acme.example", "wrong guess 1")
        work[account] = CountingHasher.work
        answers[account] = (response.status_code, _errors_of(response))

    assert work == dict.fromkeys(accounts, 1)
    assert len(set(answers.values())) == 1


def _errors_of(response) -> str:
    return str(response.context["wizard"]["form"].errors)
