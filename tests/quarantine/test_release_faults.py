"""A release when things break: nothing lost, nothing doubled, and said as it is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Domain
from cleanmail.celery import app
from cleanmail.wire import dns
from quarantine import handover, tasks
from quarantine.inventory import take_inventory
from quarantine.models import Hold
from quarantine.reinjection import give_up_lost, list_due, reinject
from quarantine.states import State
from tests.factories import make_hold
from tests.services.ports import free_ports
from tests.smtp_server import KEYWORDS, Script, SmtpServer

ROOT = Path(__file__).parents[2]
CONTENT = b"Subject: x\r\n\r\nHi\r\n"
in_test_transaction = pytest.mark.django_db
# What threads and other processes must see is really committed.
committed = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def any_port(settings):
    settings.ALLOWED_PORTS = list(range(1024, 65536))


@pytest.fixture
def eager_worker():
    """Let a task run where it is sent: a worker without a broker."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def releasing(people, port: int, content: bytes = CONTENT) -> Hold:
    """Make a claimed hold whose domain's next hop is the port on loopback."""
    Domain.objects.filter(name="acme.example").update(
        next_hop_host="127.0.0.1", next_hop_port=port
    )
    return make_hold(
        people.acme,
        content=content,
        state=State.RELEASING,
        decided_at=timezone.now(),
        next_attempt_at=timezone.now(),
    )


def run(hold: Hold) -> None:
    reinject(str(hold.customer_id), str(hold.pk))
    hold.refresh_from_db()


def outcomes(hold: Hold) -> list[tuple[str, str]]:
    return list(hold.attempts.values_list("outcome", "failed_stage"))


def let_time_pass(hold: Hold) -> None:
    """Make the next try due."""
    Hold.objects.filter(pk=hold.pk).update(next_attempt_at=timezone.now())


@in_test_transaction
@pytest.mark.db
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "END"])
def test_repeats_after_a_transient_reply(people, step):
    script = Script(replies={step: ["451 4.3.0 later", "250 ok"]})
    if step == "DATA":
        script.replies["DATA"] = ["451 4.3.0 later", "354 go"]
    with SmtpServer(script) as next_hop:
        hold = releasing(people, next_hop.port)
        run(hold)
        first = (hold.state, hold.started_at, hold.attempts_count)
        run(hold)  # too early: a task delivered twice
        connections = next_hop.connections
        let_time_pass(hold)
        run(hold)

    assert first == (State.RELEASING, None, 1)
    assert connections == 1
    assert hold.state == State.RELEASED
    assert outcomes(hold) == [("deferred", ""), ("accepted", "")]
    assert hold.attempts.first().reply_text == "4.3.0 later"


@in_test_transaction
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "END"])
@pytest.mark.parametrize("keywords", [(), KEYWORDS])
def test_fails_for_good_after_a_permanent_reply(people, step, keywords):
    script = Script(replies={step: "550 5.7.1 not here"}, keywords=keywords)
    with SmtpServer(script) as next_hop:
        hold = releasing(people, next_hop.port)
        run(hold)

    assert hold.state == State.FAILED
    attempt = hold.attempts.get()
    assert (attempt.outcome, attempt.reply_code) == ("rejected", 550)
    assert attempt.enhanced_status_code == "5.7.1"


@in_test_transaction
def test_takes_no_354_for_a_recipient_that_was_refused(people):
    script = Script(replies={"RCPT": "550 5.1.1 unknown"})
    with SmtpServer(script) as next_hop:
        hold = releasing(people, next_hop.port)
        run(hold)

    assert hold.state == State.FAILED
    assert not next_hop.transactions
    assert next_hop.commands[-1] == "DATA"


@in_test_transaction
def test_gives_up_when_the_retries_are_used_up(people, settings):
    settings.RELEASE_RETRY_SECONDS = [60, 300]
    with SmtpServer(Script(replies={"RCPT": "450 4.2.0 later"})) as next_hop:
        hold = releasing(people, next_hop.port)
        for _number in range(3):
            let_time_pass(hold)
            run(hold)

    assert hold.state == State.FAILED
    assert len(outcomes(hold)) == 3


@in_test_transaction
@pytest.mark.db
def test_waits_for_a_next_hop_that_is_down(people):
    (port,) = free_ports(1)
    hold = releasing(people, port)

    run(hold)
    with SmtpServer(port=port) as next_hop:
        let_time_pass(hold)
        run(hold)

    assert outcomes(hold) == [("unreached", "connect"), ("accepted", "")]
    assert len(next_hop.transactions) == 1


@in_test_transaction
def test_goes_on_to_the_next_address(people, monkeypatch):
    monkeypatch.setattr(dns, "resolve", lambda *_, **__: ("127.0.0.2", "127.0.0.1"))
    with SmtpServer() as next_hop:
        hold = releasing(people, next_hop.port)
        run(hold)

    assert hold.state == State.RELEASED
    assert hold.attempts.get().next_hop_address == "127.0.0.1"


@in_test_transaction
def test_waits_for_a_name_that_is_not_found(people):
    hold = releasing(people, 2525)
    Domain.objects.filter(name="acme.example").update(next_hop_host="mx.invalid")

    run(hold)

    assert hold.state == State.RELEASING
    assert outcomes(hold)[0][0] == "unreached"
    assert outcomes(hold)[0][1].startswith("name:")


@in_test_transaction
def test_is_harmless_when_the_hold_is_gone(people):
    reinject(str(people.acme.pk), str(people.other.pk))

    assert not Hold.objects.exists()


@in_test_transaction
@pytest.mark.parametrize("step", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA"])
def test_repeats_after_a_cut_before_the_content(people, step):
    with SmtpServer(Script(cuts=(step,))) as next_hop:
        hold = releasing(people, next_hop.port)
        run(hold)
        next_hop.script.cuts = ()
        let_time_pass(hold)
        run(hold)

    assert [outcome for outcome, _stage in outcomes(hold)] == ["unreached", "accepted"]
    assert len(next_hop.transactions) == 1


@in_test_transaction
def test_repeats_after_a_cut_within_the_content(people):
    content = b"Subject: x\r\n\r\n" + b"line of text\r\n" * 1_000_000
    with SmtpServer(Script(cut_after_bytes=300_000)) as next_hop:
        hold = releasing(people, next_hop.port, content)
        run(hold)
        next_hop.script.cut_after_bytes = 0
        let_time_pass(hold)
        run(hold)

    assert outcomes(hold) == [("unreached", "content"), ("accepted", "")]
    assert len(next_hop.transactions) == 1


@in_test_transaction
@pytest.mark.db
def test_d3_is_unsure_after_a_cut_behind_the_end_of_data(people):
    with SmtpServer(Script(cuts=("END",))) as next_hop:
        hold = releasing(people, next_hop.port)
        run(hold)
        let_time_pass(hold)
        run(hold)

    assert hold.state == State.UNSURE
    assert outcomes(hold) == [("unsure", "end_of_data")]
    assert next_hop.connections == 1


@in_test_transaction
def test_is_unsure_after_silence_behind_the_end_of_data(people, monkeypatch):
    monkeypatch.setattr(handover, "HANDOVER_SECONDS", 1)
    with SmtpServer(Script(delays={"END": 3})) as next_hop:
        hold = releasing(people, next_hop.port)
        run(hold)

    assert outcomes(hold) == [("unsure", "end_of_data")]


@in_test_transaction
def test_repeats_after_silence_before_the_content(people, monkeypatch):
    monkeypatch.setattr(handover, "REPLY_SECONDS", 0.3)
    with SmtpServer(Script(delays={"GREETING": 2})) as next_hop:
        hold = releasing(people, next_hop.port)
        run(hold)

    assert hold.state == State.RELEASING
    assert outcomes(hold) == [("unreached", "greeting")]


@in_test_transaction
def test_is_unsure_when_the_last_reply_is_none(people):
    with SmtpServer(Script(replies={"END": "HTTP/1.1 302 Found"})) as next_hop:
        hold = releasing(people, next_hop.port)
        run(hold)

    assert outcomes(hold) == [("unsure", "end_of_data")]


@committed
def test_d1_twenty_workers_deliver_once(people):
    def work() -> None:
        try:
            reinject(str(hold.customer_id), str(hold.pk))
        finally:
            connection.close()

    with SmtpServer(Script(delays={"END": 0.3})) as next_hop:
        hold = releasing(people, next_hop.port)
        threads = [threading.Thread(target=work) for _number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        hold.refresh_from_db()

    assert hold.state == State.RELEASED
    assert len(next_hop.transactions) == 1
    assert outcomes(hold) == [("accepted", "")]


WORKER = """
import django, sys
django.setup()
from quarantine.reinjection import reinject
reinject(*sys.argv[1:])
"""


@committed
def test_a_worker_killed_before_the_end_of_data_is_replaced(people, settings):
    with SmtpServer(Script(delays={"RCPT": 20})) as next_hop:
        hold = releasing(people, next_hop.port)
        during, early, late = kill_worker(hold, settings, next_hop, "RCPT")
        next_hop.script.delays = {}
        waiting = hold.state
        let_time_pass(hold)
        run(hold)

    assert (during, early, late) == (State.RELEASING, 0, 1)
    assert (waiting, hold.state) == (State.RELEASING, State.RELEASED)
    assert outcomes(hold) == [("unreached", "worker_lost"), ("accepted", "")]
    assert len(next_hop.transactions) == 1


@committed
def test_d3_a_worker_killed_behind_the_end_of_data_leaves_it_unsure(people, settings):
    with SmtpServer(Script(delays={"END": 20})) as next_hop:
        hold = releasing(people, next_hop.port)
        during, early, late = kill_worker(hold, settings, next_hop, "END")
        run(hold)

    assert (during, early, late) == (State.RELEASING, 0, 1)
    assert hold.state == State.UNSURE
    assert outcomes(hold) == [("unsure", "worker_lost")]
    assert next_hop.connections == 1


def kill_worker(hold: Hold, settings, next_hop: SmtpServer, step: str):
    """Kill a worker at the step, redeliver, sweep early and late."""
    worker = start_worker(hold, settings)
    assert next_hop.reached[step].wait(30)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait(10)
    run(hold)  # the broker delivers the task again
    during = hold.state
    early = give_up_lost(timezone.now())
    late = give_up_lost(timezone.now() + timedelta(hours=1))
    hold.refresh_from_db()
    assert take_inventory().is_sound
    return during, early, late


def start_worker(hold: Hold, settings) -> subprocess.Popen[bytes]:
    """Run the release in a process of its own, on the test's database."""
    data = connection.settings_dict
    host, name = data["HOST"], data["NAME"]
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(hold.customer_id), str(hold.pk)],
        cwd=ROOT,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "cleanmail.settings",
            "DATABASE_URL": f"postgres:///{host}/{name}",
            "STORE_DIR": str(settings.STORE_DIR),
            "ALLOWED_PORTS": ",".join(
                map(str, Domain.objects.values_list("next_hop_port", flat=True))
            ),
        },
    )


@committed
@pytest.mark.db
def test_the_sweep_sends_what_the_broker_lost(people, eager_worker):
    with SmtpServer() as next_hop:
        hold = releasing(people, next_hop.port)
        assert list_due(timezone.now()) == [hold]
        assert list_due(timezone.now() - timedelta(hours=1)) == []

        tasks.sweep()
        hold.refresh_from_db()

    assert hold.state == State.RELEASED
    assert list_due(timezone.now()) == []


@in_test_transaction
def test_a_worker_that_was_given_up_never_sends_the_end_of_data(people, monkeypatch):
    real = handover.hand_over

    def slow(*arguments):
        monkeypatch.setattr("quarantine.reinjection.hand_over", real)
        give_up_lost(timezone.now() + timedelta(hours=1))
        return real(*arguments)

    monkeypatch.setattr("quarantine.reinjection.hand_over", slow)
    with SmtpServer() as next_hop:
        hold = releasing(people, next_hop.port)
        run(hold)
        delivered = len(next_hop.transactions)
        let_time_pass(hold)
        run(hold)

    assert delivered == 0
    assert hold.state == State.RELEASED
    stages = [("unreached", "worker_lost"), ("unreached", "claim_lost")]
    assert outcomes(hold) == [*stages, ("accepted", "")]
