"""The outbound scanner by the files of `deploy/`: real Postfix, Dovecot, PostgreSQL."""

from __future__ import annotations

import smtplib
import subprocess
import time

import pytest
from django.db import connection
from django.utils import timezone

from accounts.actions import outbound as actions
from accounts.models import Customer, Domain, OutboundAccount
from tests import factories
from tests.conftest import actor_of
from tests.system.outbound import needs_packages

pytestmark = [
    pytest.mark.system,
    pytest.mark.django_db(transaction=True),
    needs_packages,
]

REFUSED, TEMPORARY = 535, 454
# The cache keeps an answer for a second, and counts in whole ones.
REMEMBERED_SECONDS = 2.5


def end(account: OutboundAccount, people) -> None:
    actions.end_outbound_account(account, actor=actor_of(people.alice))


def test_right_wrong_ended_and_renewed_credentials(people, made, scanner):
    name = made.account.username
    right = scanner.log_in(name, made.password)
    larger = scanner.log_in(name.upper(), made.password)
    wrong = scanner.log_in(name, made.password[:-1])
    nobody = scanner.log_in("outabcdefghjk", made.password)
    injected = scanner.log_in("x' OR '1'='1", made.password)
    renewed = actions.renew_outbound_account(made.account, actor=actor_of(people.alice))
    both = [scanner.log_in(it.account.username, it.password) for it in (made, renewed)]
    end(made.account, people)
    time.sleep(REMEMBERED_SECONDS)  # as long as Dovecot may remember it
    after = [scanner.log_in(it.account.username, it.password) for it in (made, renewed)]

    assert (right, larger) == (235, 235)
    assert {wrong, nobody, injected} == {REFUSED}
    assert both == [235, 235]
    assert after == [REFUSED, 235]


def test_notes_when_an_account_was_used(made, scanner):
    scanner.log_in(made.account.username, made.password[:-1])
    made.account.refresh_from_db()
    after_wrong = made.account.last_used_at
    before = timezone.now()

    scanner.log_in(made.account.username, made.password)

    made.account.refresh_from_db()
    assert after_wrong is None
    assert made.account.last_used_at is not None
    assert abs(made.account.last_used_at - before).total_seconds() < 600


def test_with_the_database_down_who_sent_before_sends_and_nobody_is_refused_for_good(
    people, made, scanner
):
    fresh = actions.renew_outbound_account(made.account, actor=actor_of(people.alice))
    name = made.account.username
    assert scanner.log_in(name, made.password) == 235
    time.sleep(REMEMBERED_SECONDS)  # what the cache knows is old by now

    with scanner.without_database():
        known = scanner.log_in(name, made.password)
        unknown = scanner.log_in(fresh.account.username, fresh.password)
    for _ in range(20):  # Dovecot waits a little before it connects again
        up = scanner.log_in(fresh.account.username, fresh.password)
        if up != TEMPORARY:
            break

    assert (known, unknown) == (235, TEMPORARY)
    assert up == 235


def test_accounts_of_a_customer_that_is_deactivated_are_refused(people, made, scanner):
    assert scanner.log_in(made.account.username, made.password) == 235
    Customer.objects.filter(pk=people.acme.pk).update(is_active=False)
    time.sleep(REMEMBERED_SECONDS)

    assert scanner.log_in(made.account.username, made.password) == REFUSED


def test_asks_for_no_password_before_tls(made, scanner):
    with smtplib.SMTP("127.0.0.1", scanner.submission, timeout=30) as session:
        session.ehlo()
        offered = session.has_extn("auth")
        refused = session.docmd("AUTH", "PLAIN AGEAYg==")
        mail = session.docmd("MAIL", "FROM:<bob@acme.example>")

    assert not offered
    assert refused[0] == 530
    assert mail[0] == 530


def test_lets_in_by_implicit_tls_too(made, scanner):
    with smtplib.SMTP_SSL(
        "127.0.0.1", scanner.submissions, context=scanner.context(), timeout=30
    ) as session:
        reply = session.login(made.account.username, made.password)

    assert reply[0] == 235


def test_relays_only_who_logged_in_and_only_as_their_own_domain(made, scanner):
    def replies(sender: str) -> tuple[int, int]:
        code = session.mail(sender)[0]
        recipient = session.rcpt("somebody@remote.example")[0]
        session.rset()
        return code, recipient

    with scanner.connect() as session:
        session.ehlo()
        stranger = replies("bob@acme.example")
        session.login(made.account.username, made.password)
        own = replies("bob@acme.example")
        null = replies("")
        foreign = replies("charlie@other.example")
        Domain.objects.filter(name="acme.example").update(removed_at=timezone.now())
        removed = replies("bob@acme.example")

    assert stranger[1] == 554
    assert (own, null) == ((250, 250), (250, 250))
    assert foreign == (250, 553)
    assert removed == (250, 553)


def test_limits_how_often_one_client_may_try(made, make_scanner):
    limited = make_scanner("smtpd_client_auth_rate_limit = 2\n")
    name = made.account.username

    codes = [limited.log_in(name, "falsch") for _ in range(2)]
    over = limited.log_in(name, made.password)

    assert codes == [REFUSED, REFUSED]
    assert 400 <= over < 500


def test_dovecot_reads_nothing_but_what_it_needs(people, made, scanner):
    host, name = scanner.database, connection.settings_dict["NAME"]

    def ask(role: str, query: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["psql", "-h", str(host), "-U", role, "-d", name, "-Atc", query],
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    columns = ask("dovecot", "SELECT * FROM outbound_login").stdout.strip()
    denied = [
        ask("dovecot", "SELECT 1 FROM accounts_outboundaccount"),
        ask("dovecot", "SELECT 1 FROM accounts_user"),
        ask("dovecot", "UPDATE accounts_outboundaccount SET username = 'x'"),
        ask("postfix", "SELECT 1 FROM outbound_login"),
        ask("postfix", "SELECT outbound_note_use('x')"),
    ]

    made.account.refresh_from_db()
    assert columns == f"{made.account.username}|{made.account.password_hash}"
    assert all("permission denied" in answer.stderr for answer in denied)
    assert factories.OutboundAccount.objects.count() == 1
