"""The scanner's log, followed: nothing lost, nothing twice, whoever's session it is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.urls import reverse
from django.utils import timezone

from diagnostics import scanner_sessions
from diagnostics.access.scanner_sessions import list_sessions_for
from diagnostics.errors import LogFollowedTwice
from diagnostics.log_files import CHUNK_BYTES
from diagnostics.log_following import Follower
from diagnostics.models import (
    AgentRun,
    Evidence,
    FollowedLog,
    ScannerSession,
    UnmatchedSession,
)
from diagnostics.stored_verdicts import judge_stored
from tests import factories

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).parents[2]
NONCE = "0123456789abcdef"


@pytest.fixture
def log(tmp_path, settings) -> Path:
    settings.SCANNER_LOG_TIME_ZONE = "UTC"
    return tmp_path / "mail.log"


def stamp(ago: int = 0) -> str:
    return (datetime.now(UTC) - timedelta(seconds=ago)).strftime("%b %e %H:%M:%S")


def write(log: Path, *texts: str, pid: int = 7, ago: int = 0) -> None:
    with log.open("a") as file:
        for text in texts:
            program = f"mx postfix/submission/smtpd[{pid}]"
            program = "auth" if text.startswith("Info:") else program
            file.write(f"{stamp(ago)} {program}: {text}\n")


def visit(
    log: Path,
    address: str = "192.0.2.1",
    *middle: str,
    end: str = "ehlo=1 quit=1 commands=2",
    **more,
) -> None:
    write(
        log,
        f"connect from x[{address}]",
        *middle,
        f"disconnect from x[{address}] {end}",
        **more,
    )


def follow(log: Path) -> None:
    Follower([log]).catch_up()


def addresses() -> list[str]:
    found = UnmatchedSession.objects.order_by("started_at", "client_address")
    return [str(one.client_address) for one in found]


def login(name: str, result: str = "ok") -> str:
    if result == "ok":
        return f"4ABC: client=x[192.0.2.1], sasl_method=PLAIN, sasl_username={name}"
    return (
        "warning: x[192.0.2.1]: SASL PLAIN authentication failed: (reason unavailable),"
        f" sasl_username={name}"
    )


def test_reads_on_where_it_stopped(log):
    visit(log, "192.0.2.1")
    write(log, "connect from x[192.0.2.2]", pid=8)
    follow(log)
    write(log, "disconnect from x[192.0.2.2] ehlo=1 commands=1", pid=8)
    visit(log, "192.0.2.3", pid=9)
    follow(log)
    follow(log)

    assert addresses() == ["192.0.2.1", "192.0.2.2", "192.0.2.3"]


def test_a_last_line_without_its_end_waits(log):
    write(log, "connect from x[192.0.2.1]")
    with log.open("a") as file:
        file.write(f"{stamp()} mx postfix/submission/smtpd[7]: disconnect from x[192")
    follow(log)
    before = addresses()
    with log.open("a") as file:
        file.write(".0.2.1] ehlo=1 commands=1\n")
    follow(log)

    assert (before, addresses()) == ([], ["192.0.2.1"])


@pytest.mark.parametrize("way", ["renamed", "copied and cut"])
def test_a_rotated_log_is_read_to_its_end_first(log, way):
    visit(log, "192.0.2.1")
    write(log, "connect from x[192.0.2.2]", pid=8)
    follow(log)
    visit(log, "192.0.2.3", pid=9)
    rotated = log.with_name("mail.log.1")
    log.with_name("mail.log.2.gz").write_bytes(b"\x1f\x8b" + b"\0" * 5000)
    if way == "renamed":
        log.rename(rotated)
        follow(log)  # nobody writes a new one yet
        with rotated.open("a") as file:
            file.write("garbage\n")
    else:
        rotated.write_bytes(log.read_bytes())
        log.write_bytes(b"")
    write(log, "disconnect from x[192.0.2.2] ehlo=1 commands=1", pid=8)
    visit(log, "192.0.2.4", pid=9)
    follow(log)

    assert addresses() == ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"]


def test_a_log_that_was_emptied_is_read_from_its_start(log):
    for _ in range(9):
        visit(log, "192.0.2.1")
    follow(log)
    log.write_bytes(b"")
    visit(log, "192.0.2.2")
    follow(log)

    assert addresses()[-1] == "192.0.2.2"
    assert len(addresses()) == 10


def test_the_same_lines_again_make_nothing_twice(log):
    for _ in range(3):
        visit(log)
    follow(log)
    FollowedLog.objects.all().delete()
    follow(log)

    assert len(addresses()) == 3


def test_what_was_not_written_is_read_again(log, monkeypatch):
    visit(log, "192.0.2.1")
    follower = Follower([log])

    def fail(_sessions: object) -> int:
        raise DatabaseError

    with monkeypatch.context() as broken:
        broken.setattr(scanner_sessions, "store", fail)
        with pytest.raises(DatabaseError):
            follower.catch_up()
    follower.catch_up()

    assert addresses() == ["192.0.2.1"]


def test_two_followers_of_one_log_do_not_both_go_on(log):
    first, second = Follower([log]), Follower([log])
    first.catch_up()
    second.catch_up()
    visit(log, "192.0.2.1")
    first.catch_up()
    visit(log, "192.0.2.2")

    with pytest.raises(LogFollowedTwice):
        second.catch_up()
    first.catch_up()

    assert addresses() == ["192.0.2.1", "192.0.2.2"]


def test_hostile_lines_harm_nothing(log):
    visit(log, "192.0.2.1")
    with log.open("ab") as file:
        file.write(b"\xff\x00\x1b[2J" + b"x" * 100_000 + b"\n")
        file.write(b"no end of line " * (CHUNK_BYTES // 8) + b"\n")
    visit(log, "not an address")
    visit(log, "192.0.2.2", "warning: \x1b]0;x\x07\u202e <script>")
    follow(log)

    assert addresses() == ["192.0.2.1", "192.0.2.2"]


def test_the_session_of_a_probe_becomes_its_evidence(people, log):
    probe = factories.make_probe(people.acme, nonce=NONCE)
    visit(
        log,
        "192.0.2.1",
        "NOQUEUE: info: EHLO from x[192.0.2.1]: probe; proto=ESMTP"
        f" helo=<probe-{NONCE}.invalid>",
    )
    follow(log)

    session = ScannerSession.objects.get()
    evidence = Evidence.objects.get(probe=probe)
    assert (session.customer, session.match) == (people.acme, "nonce")
    assert evidence.vantage == "scanner_log"
    assert evidence.facts["nonce"] == NONCE
    assert evidence.customer == people.acme


def test_sessions_of_an_account_and_then_of_its_address_are_the_customers(people, log):
    account = factories.make_outbound_account(people.acme)
    visit(log, "192.0.2.1", ago=9)
    visit(log, "192.0.2.1", login(account.username, "failed"), ago=8)
    follow(log)
    before = ScannerSession.objects.filter(match="address").count()
    visit(log, "192.0.2.1", login(account.username))
    follow(log)
    visit(log, "192.0.2.1", pid=8)
    visit(log, "192.0.2.9", pid=9)
    follow(log)

    matches = ScannerSession.objects.order_by("started_at").values_list("match")
    assert before == 0  # a guess proves nothing
    assert sorted(match for (match,) in matches) == [
        "account", "account", "address", "address",
    ]  # fmt: skip
    assert addresses() == ["192.0.2.9"]


def test_sessions_from_where_an_agent_ran_are_its_customers(people, log, settings):
    settings.PORTAL_ADDRESSES = ["192.0.2.8"]
    for address in ("192.0.2.7", "192.0.2.8"):
        probe = factories.make_probe(people.acme)
        AgentRun.objects.create(
            customer=people.acme, probe=probe, number=1, key="k", public_address=address
        )
    for number in (7, 8, 9):
        visit(log, f"192.0.2.{number}", pid=number)
    follow(log)

    (session,) = ScannerSession.objects.all()
    assert (session.customer, session.match) == (people.acme, "address")
    assert addresses() == ["192.0.2.8", "192.0.2.9"]


def test_an_address_of_two_customers_is_neithers(people, log):
    for number, customer in enumerate((people.acme, people.other)):
        account = factories.make_outbound_account(customer)
        visit(log, "192.0.2.1", login(account.username), pid=number)
    follow(log)
    visit(log, "192.0.2.1")
    follow(log)

    assert addresses() == ["192.0.2.1"]


def test_tells_an_ended_account_and_a_name_with_a_domain_from_a_wrong_one(people, log):
    ended = factories.make_outbound_account(people.acme, ended_at=timezone.now())
    live = factories.make_outbound_account(people.acme)
    for number, name in enumerate(
        (ended.username, live.username, f"{live.username}@acme.example", "nobody")
    ):
        visit(log, "192.0.2.1", login(name, "failed"), pid=number, ago=9)
    follow(log)

    found = [one.facts["sasl"] for one in ScannerSession.objects.order_by("id")]
    (unknown,) = UnmatchedSession.objects.all()
    assert [(one["class"], one["slip"]) for one in found] == [
        ("disabled", ""), ("password", ""), ("user", "domain-added"),
    ]  # fmt: skip
    assert unknown.facts["sasl"]["username"] == ""


def test_the_mail_servers_own_sessions_speak_about_the_probe(people, log):
    account = factories.make_outbound_account(people.acme)
    other = factories.make_outbound_account(people.other)
    visit(log, "192.0.2.1", login(account.username), pid=1, ago=60)
    visit(log, "192.0.2.2", login(other.username), pid=2, ago=60)
    follow(log)
    probe = factories.make_probe(people.acme)

    (seen,) = list_sessions_for(probe)

    assert seen.check == "scanner_session"
    assert seen.facts["sasl"]["username"] == account.username


def test_the_page_of_a_probe_lists_them_to_its_customer_only(people, log, client_for):
    account = factories.make_outbound_account(people.acme)
    visit(log, "192.0.2.77", login(account.username))
    follow(log)
    for customer, person, is_shown in (
        (people.acme, people.alice, True),
        (people.other, people.charlie, False),
    ):
        probe = factories.make_probe(customer)
        page = client_for(person).get(reverse("diagnostics:probe", args=[probe.pk]))

        assert page.status_code == 200
        assert (b"192.0.2.77" in page.content) == is_shown


def test_what_lies_behind_a_mail_that_went_through_speaks_no_more(people, log):
    account = factories.make_outbound_account(people.acme)
    sent = login(account.username)
    visit(log, "192.0.2.1", sent, pid=1, ago=90)
    visit(log, "192.0.2.1", sent, pid=2, ago=80, end="data=1 quit=1 commands=2")
    visit(log, "192.0.2.1", sent, pid=3, ago=70)
    visit(log, "192.0.2.2", sent, pid=4, ago=100)
    follow(log)

    seen = list_sessions_for(factories.make_probe(people.acme))

    assert [(one.subject, one.facts["stage"]) for one in seen] == [
        ("192.0.2.2", "rcpt"), ("192.0.2.1", "sent"), ("192.0.2.1", "rcpt"),
    ]  # fmt: skip


def test_the_log_names_the_cause_that_a_healthy_probe_cannot_see(people, log):
    account = factories.make_outbound_account(people.acme)
    through = "ehlo=2 starttls=1 auth=1 mail=1 rcpt=1 data=1 quit=1 commands=8"
    visit(log, "192.0.2.1", login(account.username), pid=1, ago=90, end=through)
    visit(log, "192.0.2.1", pid=2, ago=60, end="ehlo=1 mail=0/1 quit=1 commands=2/3")
    follow(log)
    probe = factories.make_probe(people.acme)

    causes = judge_stored(probe)

    assert "starttls-off" in [one.slug for one in causes]


def test_sessions_are_forgotten_after_their_days(people, log, settings):
    account = factories.make_outbound_account(people.acme)
    visit(log, "192.0.2.1", login(account.username), pid=1)
    visit(log, "192.0.2.2", pid=2)
    follow(log)
    settings.SCANNER_LOG_DAYS = 0

    gone = scanner_sessions.prune()

    assert gone == 2
    assert not ScannerSession.objects.exists()
    assert not addresses()


def test_what_is_held_of_open_sessions_is_sealed(log):
    write(log, "connect from x[192.0.2.1]", login("Geheim-Wort-7", "failed"))
    follow(log)

    (kept,) = FollowedLog.objects.all()
    assert kept.held
    assert b"Geheim" not in bytes(kept.held)
    assert "Geheim" not in json.dumps(kept.positions)


def test_the_command_reads_to_the_end_once(log):
    visit(log)
    call_command("follow_scanner_log", str(log), once=True)

    assert len(addresses()) == 1


def test_follows_the_journal_from_its_cursor(tmp_path, monkeypatch, settings):
    """With a `journalctl` of ours: there is no journal where the tests run."""
    journal = tmp_path / "journal"
    program = tmp_path / "journalctl"
    program.write_text(
        "#!/bin/sh\n"
        'case "$*" in\n'
        f'*--after-cursor\\ c2*) sed -n "3,$ p" {journal};;\n'
        f"*--after-cursor*) exit 1;;\n"
        f"*) cat {journal};;\n"
        "esac\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    def say(cursor: str, text: str, pid: int) -> None:
        fields = {
            "__CURSOR": cursor,
            "__REALTIME_TIMESTAMP": str(int(time.time() * 1e6)),
            "SYSLOG_IDENTIFIER": "postfix/smtpd",
            "_PID": str(pid),
            "MESSAGE": text,
        }
        with journal.open("a") as file:
            file.write(json.dumps(fields) + "\n")

    say("c1", "connect from x[192.0.2.1]", 1)
    say("c2", "connect from x[192.0.2.2]", 2)
    Follower([], "postfix@-.service").catch_up()
    say("c3", "disconnect from x[192.0.2.2] ehlo=1 commands=1", 2)
    say("c4", "disconnect from x[192.0.2.1] ehlo=1 commands=1", 1)
    Follower([], "postfix@-.service").catch_up()

    assert addresses() == ["192.0.2.1", "192.0.2.2"]


def environment() -> dict[str, str]:
    url = os.environ["DATABASE_URL"]
    name = connection.settings_dict["NAME"]
    url = f"sqlite:///{name}" if "sqlite" in url else f"{url.rpartition('/')[0]}/{name}"
    return os.environ | {"DATABASE_URL": url, "SCANNER_LOG_TIME_ZONE": "UTC"}


def started(log: Path) -> subprocess.Popen[str]:
    running = subprocess.Popen(
        [sys.executable, "manage.py", "follow_scanner_log", str(log)],
        cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert "following" in running.stdout.readline()
    return running


def wait_for(count: int, seconds: float = 20) -> int:
    end = time.monotonic() + seconds
    while UnmatchedSession.objects.count() < count and time.monotonic() < end:
        time.sleep(0.05)
    return UnmatchedSession.objects.count()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="another process reads it")
def test_killed_while_it_reads_it_loses_and_doubles_nothing(log):
    total = 0
    for round_ in range(3):
        running = started(log)
        for number in range(300):
            visit(log, f"192.0.2.{number % 250}", pid=round_ * 1000 + number)
            total += 1
        wait_for(total - 280)
        running.send_signal(signal.SIGKILL)
        running.communicate(timeout=10)
    running = started(log)
    count = wait_for(total)
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=20)
    follow(log)

    assert count == total
    assert running.returncode == 0
    assert UnmatchedSession.objects.count() == total
