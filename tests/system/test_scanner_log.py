"""The scanner's log as real Postfix and Dovecot write it, read by the follower."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Callable

import pytest

from accounts.actions import outbound as actions
from diagnostics.log_following import Follower
from diagnostics.models import AgentRun, Evidence, ScannerSession
from tests import factories
from tests.conftest import actor_of
from tests.system.outbound import Scanner, needs_packages

pytestmark = [
    pytest.mark.system,
    pytest.mark.django_db(transaction=True),
    needs_packages,
]

NONCE = "5eed0123456789ab"
GREETING = f"probe-{NONCE}.invalid"
AUTH_LIMIT = 7


def follow(scanner: Scanner, is_enough: Callable[[], bool]) -> None:
    follower = Follower([scanner.maillog, scanner.dovecot_log])
    end = time.monotonic() + 30
    while True:
        follower.catch_up()
        if is_enough() or time.monotonic() > end:
            return
        time.sleep(0.2)


def in_clear(scanner: Scanner, *commands: str) -> None:
    with smtplib.SMTP("127.0.0.1", scanner.submission, timeout=30) as session:
        session.ehlo("mx.acme.example")
        for command in commands:
            session.docmd(command)


def probe_it(scanner: Scanner, name: str, password: str) -> None:
    with smtplib.SMTP("127.0.0.1", scanner.submission, GREETING, timeout=30) as session:
        session.starttls(context=scanner.context())
        session.login(name, password)


def send_as(scanner: Scanner, name: str, password: str, sender: str) -> None:
    with scanner.connect() as session:
        session.login(name, password)
        session.mail(sender)
        session.rcpt("somebody@remote.example")


def test_reads_every_kind_of_session_and_finds_the_probe(people, made, make_scanner):
    other = actions.create_outbound_account("Zweites", actor=actor_of(people.alice))
    probe = factories.make_probe(people.acme, nonce=NONCE)
    AgentRun.objects.create(
        customer=people.acme, probe=probe, number=1, public_address="127.0.0.1"
    )
    name, password = made.account.username, made.password
    second = other.account.username
    scanner = make_scanner(f"smtpd_client_auth_rate_limit = {AUTH_LIMIT}\n")

    probe_it(scanner, name, password)
    scanner.log_in(name, "Geheim-und-falsch")
    scanner.log_in(second, other.password + " ")
    scanner.log_in("Geheim-als-Name", "x")
    scanner.log_in(f"{name}@acme.example", password)
    in_clear(scanner, "MAIL FROM:<bob@acme.example>")
    in_clear(scanner)
    send_as(scanner, name, password, "charlie@other.example")
    scanner.log_in(name, password)
    limited = scanner.log_in(name, password)
    follow(scanner, lambda: ScannerSession.objects.count() >= 11)

    everything = list(ScannerSession.objects.order_by("started_at", "id"))
    facts = [one.facts for one in everything]
    logins = [one["sasl"] for one in facts if one["sasl"]]
    refused = {(one["class"], one["slip"]) for one in logins if one["reason"]}
    evidence = Evidence.objects.get(probe=probe)
    assert 400 <= limited < 500
    assert evidence.facts["nonce"] == NONCE
    assert evidence.facts["sasl"]["result"] == "ok"
    assert evidence.facts["tls"]["protocol"].startswith("TLSv1")
    assert evidence.facts["service"] == "submission"
    assert refused == {
        ("password", ""), ("password", "blank"), ("user", ""), ("user", "domain-added"),
        ("", ""),
    }  # fmt: skip
    assert [one["username"] for one in logins if one["class"] == "password"] == [
        name, second,
    ]  # fmt: skip
    assert [one["stage"] for one in facts if not one["tls"]][-2:] == ["mail", "ehlo"]
    assert [one["rejects"][0]["code"] for one in facts if one["rejects"]] == ["553"]
    assert facts[-1]["warnings"] == ["rate limit: AUTH command"]
    assert facts[-1]["sasl"]["result"] == "temporary"
    kept = str([(one.facts, one.transcript) for one in everything])
    for secret in ("Geheim", password, other.password, "somebody", "charlie"):
        assert secret not in kept


def test_slips_let_nobody_in_and_stand_in_no_log(people, made, scanner):
    name, password = made.account.username, made.password

    codes = [scanner.log_in(name, f"{password} ") for _ in range(3)]
    again = scanner.log_in(name, password)
    with scanner.without_database():
        while_down = scanner.log_in(name, f"{password} ")

    log = scanner.dovecot_log.read_text()
    assert codes == [535] * 3
    assert again == 235
    assert while_down != 235
    assert log.count("slip=blank") == 1  # once in a while a name
    assert password not in log
    assert "argon2" not in log.lower()
