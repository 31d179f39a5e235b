"""Mails of the portal: rows that outlive a dead broker and a dead mail server."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import outbox, tasks
from accounts.actions import factors, passwords
from accounts.models import OutgoingMail
from cleanmail.celery import app
from tests.services.ports import free_ports
from tests.smtp_server import Script, SmtpServer

pytestmark = [pytest.mark.django_db, pytest.mark.db]
State = OutgoingMail.State


@pytest.fixture
def smtp(settings) -> int:
    """Let mails leave by SMTP, to a port where nothing listens yet."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_ports(1)[0]
    settings.EMAIL_TIMEOUT = 5
    return settings.EMAIL_PORT


@pytest.fixture
def sweep(worker_in_line, django_capture_on_commit_callbacks):
    """Return a function that runs the beat's task some seconds from now."""

    def run(seconds: float = 0) -> None:
        with later(seconds), django_capture_on_commit_callbacks(execute=True):
            tasks.sweep()

    return run


def later(seconds: float) -> AbstractContextManager[object]:
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds))


def test_a_mail_waits_for_the_mail_server(people, smtp, sweep):
    """Down at first, then up: a real server, nothing lost, nothing twice."""
    factors.reset_factor(people.bob, reason="Telefon verloren")
    for seconds in (20, 40, 110):
        sweep(seconds)
    waiting = OutgoingMail.objects.get()
    assert (waiting.state, waiting.attempts) == (State.QUEUED, 3)

    with SmtpServer(port=smtp) as server:
        sweep(120)
        sweep(800)
        sweep(900)

    waiting.refresh_from_db()
    assert waiting.state == State.SENT
    # Python 3.13 writes its commands in other letters.
    told = [[line.lower() for line in t.recipients] for t in server.transactions]
    assert told == [["rcpt to:<bob@acme.example>"]]
    assert bytes(waiting.sealed_details) == b""


def test_the_pauses_grow(people, smtp, sweep):
    factors.reset_factor(people.bob, reason="x")
    seen = []
    for seconds in range(16, 7000, 16):
        sweep(seconds)
        seen.append(OutgoingMail.objects.get().attempts)

    assert 5 <= seen[-1] <= 7


def test_an_outgoing_mail_survives_a_dead_broker(people, smtp, settings, sweep):
    app.conf.task_always_eager = False
    passwords.request_password_reset("bob@acme.example", network="n")
    app.conf.task_always_eager = True

    with SmtpServer(port=smtp) as server:
        sweep(20)

    assert len(server.transactions) == 1
    assert b"/password/" in server.transactions[0].content.replace(b"=\r\n", b"")


def test_a_refusal_for_good_is_not_repeated(people, smtp, sweep):
    script = Script(replies={"RCPT": "550 5.1.1 No such user"})
    with SmtpServer(script, port=smtp) as server:
        factors.reset_factor(people.bob, reason="x")
        for seconds in (20, 200, 2000):
            sweep(seconds)

    assert OutgoingMail.objects.get().state == State.FAILED
    assert server.commands.count("QUIT") <= 1
    assert server.connections == 1


def test_a_refusal_for_now_is(people, smtp, sweep):
    script = Script(replies={"RCPT": ["451 4.3.0 Later", "250 2.1.5 Ok"]})
    with SmtpServer(script, port=smtp) as server:
        factors.reset_factor(people.bob, reason="x")
        for seconds in (20, 60):
            sweep(seconds)

    assert OutgoingMail.objects.get().state == State.SENT
    assert len(server.transactions) == 1


def test_two_workers_send_one_mail(people):
    row = outbox.put(people.bob, "factor_added")
    outbox._claim(row.pk)

    outbox.deliver(row.pk)

    assert mail.outbox == []


def test_what_a_dead_worker_held_is_sent(people, sweep):
    outbox._claim(outbox.put(people.bob, "factor_added").pk)

    sweep(30)
    assert mail.outbox == []
    sweep(100)

    assert len(mail.outbox) == 1


def test_after_three_days_nobody_waits_for_it(people, smtp, sweep):
    outbox.put(people.bob, "factor_added", note="geheim")

    sweep(3 * 86400 + 60)

    row = OutgoingMail.objects.get()
    assert (row.state, bytes(row.sealed_details)) == (State.FAILED, b"")


def test_old_rows_go(people, sweep):
    outbox.put(people.bob, "factor_added")

    sweep(91 * 86400)

    assert not OutgoingMail.objects.exists()


def test_no_row_holds_a_token_or_what_is_told(people):
    passwords.request_password_reset("bob@acme.example", network="n")
    outbox.put(people.bob, "factor_added", note="geheim")

    told = b"".join(bytes(row.sealed_details) for row in OutgoingMail.objects.all())
    assert b"password/" not in told
    assert b"geheim" not in told


def test_an_unknown_address_leads_to_the_same_rows_and_no_mail(people, sweep):
    asked = []
    for email in ("bob@acme.example", "nobody@acme.example"):
        Client().post("/password/", {"email": email})
        row = OutgoingMail.objects.latest("pk")
        asked.append((row.kind, row.state, len(bytes(row.sealed_details))))

    sweep(20)

    assert asked[0] == asked[1]
    assert [m.to for m in mail.outbox] == [["bob@acme.example"]]
    assert {row.state for row in OutgoingMail.objects.all()} == {State.SENT}


def test_an_unknown_address_costs_as_many_queries(people, client):
    counts = []
    for email in ("first@acme.example", "bob@acme.example", "nobody@acme.example"):
        with CaptureQueriesContext(connection) as queries:
            client.post("/password/", {"email": email})
        counts.append(len(queries))

    assert counts[1] == counts[2]


def test_a_wish_that_was_rolled_back_mails_nothing(people):
    class Broken(Exception):
        pass

    def wish() -> None:
        with transaction.atomic():
            outbox.put(people.bob, "factor_added")
            raise Broken

    with pytest.raises(Broken):
        wish()

    assert not OutgoingMail.objects.exists()
