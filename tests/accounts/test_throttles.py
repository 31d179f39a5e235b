"""The limits: counted before the outcome, doubling, per account and per network."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts import throttles
from accounts.errors import RateLimited
from accounts.models import AuditEvent, Throttle
from tests.accounts.conftest import post_code, post_password, totp_code
from tests.conftest import make_totp_device

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def hit(times: int, subject: str = "a") -> list[int]:
    """Try that often; return the waits that were demanded."""
    waits = []
    for _ in range(times):
        try:
            throttles.hit("code", subject)
            waits.append(0)
        except RateLimited as error:
            waits.append(error.retry_after)
    return waits


def test_the_sixth_try_waits():
    assert hit(6) == [0, 0, 0, 0, 0, 30]


def test_the_wait_doubles_up_to_a_limit():
    waits = []
    now = timezone.now()
    for _ in range(14):
        with time_machine.travel(now, tick=False):
            hit(5)
            with pytest.raises(RateLimited) as refused:
                throttles.check("code", "a")
        waits.append(refused.value.retry_after)
        now += timedelta(seconds=waits[-1])

    assert waits[:4] == [30, 60, 120, 240]
    assert waits[-1] == throttles.PAIR.most_seconds


def test_a_refused_try_does_not_prolong_the_wait():
    hit(5)
    before = Throttle.objects.get().blocked_until

    hit(20)

    assert Throttle.objects.get().blocked_until == before


def test_subjects_and_scopes_do_not_touch_each_other():
    hit(6)

    throttles.check("code", "b")
    throttles.check("enrol", "a")


def test_success_forgets():
    hit(4)
    throttles.reset("code", "a")

    assert hit(5) == [0] * 5


def test_quiet_time_forgets():
    hit(4)
    with time_machine.travel(timezone.now() + timedelta(hours=7)):
        assert hit(5) == [0] * 5


def test_spends_up_to_the_limit_and_again_in_the_next_window():
    for _ in range(3):
        throttles.spend("probe", "x", limit=3, seconds=60)
    with pytest.raises(RateLimited) as refused:
        throttles.spend("probe", "x", limit=3, seconds=60)

    assert 0 < refused.value.retry_after <= 60
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        throttles.spend("probe", "x", limit=3, seconds=60)


def test_the_table_holds_no_address():
    throttles.spend("reset", "bob@acme.example", limit=3, seconds=60)

    assert "bob" not in Throttle.objects.get().key


def test_old_rows_go():
    hit(1)
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        assert throttles.forget_old() == 1


@pytest.mark.parametrize(
    ("hops", "forwarded", "expected"),
    [
        (0, "198.51.100.7", "192.0.2.1"),
        (1, "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (2, "203.0.113.9, 198.51.100.7", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "garbage", "unknown"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "::ffff:198.51.100.7", "198.51.100.7"),
        (1, "", "192.0.2.1"),
    ],
)
def test_believes_only_trusted_proxies(settings, hops, forwarded, expected):
    settings.TRUSTED_PROXIES = hops
    request = RequestFactory().get(
        "/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded
    )

    assert throttles.client_network(request) == expected


def test_s18_the_right_password_is_refused_during_lock_out(people, client: Client):
    for _ in range(5):
        post_password(client, "bob@acme.example", "nicht-das-richtige")

    response = post_password(client, "bob@acme.example")

    assert response.status_code == 429
    assert "Zu viele Versuche" in response.content.decode()
    assert SESSION_KEY not in client.session


def test_lock_out_answers_alike_for_an_unknown_account(people, client: Client):
    answers = []
    for email in ("bob@acme.example", "nobody@acme.example"):
        for _ in range(5):
            post_password(client, email, "nicht-das-richtige")
        answers.append(post_password(client, email).status_code)

    assert answers == [429, 429]


def test_spelling_does_not_walk_around_the_lock(people, client: Client):
    for _ in range(5):
        post_password(client, "bob@acme.example", "nicht-das-richtige")

    assert post_password(client, "BOB@acme.example").status_code == 429


def test_the_owner_gets_in_from_elsewhere(people):
    attacker = Client(REMOTE_ADDR="198.51.100.7")
    for _ in range(10):
        post_password(attacker, "bob@acme.example", "nicht-das-richtige")

    owner = Client(REMOTE_ADDR="203.0.113.9")

    assert post_password(owner, "bob@acme.example").status_code == 302


def test_one_network_cannot_try_everybody(people, client: Client):
    for number in range(throttles.NETWORK.free):
        post_password(client, f"person{number}@acme.example", "ein-haeufiges")

    assert post_password(client, "bob@acme.example").status_code == 429


def test_the_owner_types_the_code_elsewhere_meanwhile(people):
    make_totp_device(people.bob)
    right = totp_code()
    thief = Client(REMOTE_ADDR="198.51.100.7")
    post_password(thief, "bob@acme.example")
    for _ in range(8):
        post_code(thief, f"{(int(right) + 7) % 10**6:06d}")
    owner = Client(REMOTE_ADDR="203.0.113.9")
    post_password(owner, "bob@acme.example")

    post_code(owner, right)

    assert SESSION_KEY in owner.session


def test_s18_the_right_code_is_refused_during_lock_out(people, client: Client):
    make_totp_device(people.bob)
    right = totp_code()
    wrong = f"{(int(right) + 7) % 10**6:06d}"
    post_password(client, "bob@acme.example")
    for _ in range(5):
        post_code(client, wrong)

    response = post_code(client, right)

    assert response.status_code == 429
    assert SESSION_KEY not in client.session


def test_one_client_alone_cannot_keep_the_owner_out(people):
    attacker = Client(REMOTE_ADDR="198.51.100.7")
    for _ in range(throttles.ACCOUNT.free + 5):
        post_password(attacker, "bob@acme.example", "nicht-das-richtige")

    owner = Client(REMOTE_ADDR="203.0.113.9")

    assert post_password(owner, "bob@acme.example").status_code == 302


def test_one_client_alone_cannot_keep_its_office_out(people):
    office = Client(REMOTE_ADDR="198.51.100.7")
    for _ in range(throttles.NETWORK.free + 5):
        post_password(office, "bob@acme.example", "nicht-das-richtige")

    assert post_password(office, "alice@acme.example").status_code == 302


def locked_by_many_networks(email: str) -> None:
    """Let a stranger with an IPv6 network for each try keep the account busy."""
    for number in range(throttles.ACCOUNT.free):
        stranger = Client(REMOTE_ADDR=f"2001:db8:0:{number:x}::1")
        post_password(stranger, email, "nicht-das-richtige")


def test_the_owner_gets_in_where_they_got_in_before(people):
    post_password(Client(REMOTE_ADDR="203.0.113.9"), "bob@acme.example")
    locked_by_many_networks("bob@acme.example")

    for network, status in (("203.0.113.9", 302), ("203.0.113.10", 429)):
        owner = Client(REMOTE_ADDR=network)
        assert post_password(owner, "bob@acme.example").status_code == status
        locked_by_many_networks("bob@acme.example")


def test_known_networks_are_limited_too(people):
    owner = Client(REMOTE_ADDR="203.0.113.9")
    post_password(owner, "bob@acme.example")
    thief = Client(REMOTE_ADDR="203.0.113.9")
    for _ in range(5):
        post_password(thief, "bob@acme.example", "nicht-das-richtige")

    assert post_password(thief, "bob@acme.example").status_code == 429


def test_networks_are_known_for_a_month(people):
    post_password(Client(REMOTE_ADDR="203.0.113.9"), "bob@acme.example")
    now = timezone.now()
    with time_machine.travel(now + timedelta(days=29)):
        throttles.forget_old()
        assert Throttle.objects.filter(key__startswith=throttles.KNOWN).exists()
    with time_machine.travel(now + timedelta(days=31)):
        throttles.forget_old()
        assert not Throttle.objects.exists()


def test_what_no_limit_counts_fills_no_audit_log(people, client: Client):
    make_totp_device(people.bob)
    post_password(client, "no address", "x")
    post_password(client, "bob@acme.example")
    post_code(client, "abc")

    assert not AuditEvent.objects.filter(action="auth.failed").exists()


def test_each_wrong_try_stands_in_the_audit_log(people, client: Client):
    make_totp_device(people.bob)
    wrong = f"{(int(totp_code()) + 7) % 10**6:06d}"
    post_password(client, "bob@acme.example", "nicht-das-richtige")
    post_password(client, "bob@acme.example")
    post_code(client, wrong)

    steps = AuditEvent.objects.filter(action="auth.failed").order_by("pk")
    assert [event.detail["step"] for event in steps] == ["auth", "token"]
