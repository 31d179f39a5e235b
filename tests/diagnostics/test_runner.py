"""One probe from start to end, and what the sweep makes of lost ones."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import OutboundScanner
from diagnostics import runner, tasks
from diagnostics.models import Evidence, Probe
from diagnostics.passwords import seal_password
from tests import factories
from tests.diagnostics.scanner import Scanner

pytestmark = [pytest.mark.django_db]
PASSWORD = "richtig-geheim"


@pytest.fixture
def scanner(good_certificate, authority):
    with Scanner(good_certificate) as running:
        running.row = factories.make_scanner(
            "localhost", ports=[running.port], ca_file=str(authority.pem)
        )
        yield running


def make_probe(people, scanner, **fields) -> Probe:
    defaults = {
        "scanner": scanner.row,
        "configured_host": "localhost",
        "configured_port": scanner.port,
    }
    return factories.make_probe(people.acme, **(defaults | fields))


def age(probe: Probe, seconds: int) -> None:
    then = timezone.now() - timedelta(seconds=seconds)
    Probe.objects.filter(pk=probe.pk).update(created_at=then, sent_at=then)


@pytest.mark.db
def test_finishes_with_evidence_in_order(people, scanner):
    probe = make_probe(people, scanner)

    runner.run_probe(people.acme.pk, probe.pk)

    probe.refresh_from_db()
    assert probe.state == Probe.State.FINISHED
    assert probe.finished_at is not None
    kept = Evidence.objects.filter(probe=probe)
    assert [item.ordinal for item in kept] == list(range(1, len(kept) + 1))
    assert {item.customer_id for item in kept} == {people.acme.pk}
    checks = {item.check_name for item in kept}
    assert checks >= {"configured", "names", "tcp", "certificate", "auth"}


@pytest.mark.db
def test_logs_in_once_with_the_sealed_password(people, scanner):
    probe = make_probe(people, scanner, username="acme", has_password=True)
    sealed = seal_password(PASSWORD, probe_id=probe.pk)

    runner.run_probe(people.acme.pk, probe.pk, sealed)
    runner.run_probe(people.acme.pk, probe.pk, sealed)  # delivered twice

    assert scanner.count("AUTH") == 1
    assert Evidence.objects.get(check_name="auth").status == "ok"
    assert PASSWORD not in repr(list(Evidence.objects.values()))


@pytest.mark.db
def test_asks_again_for_a_password_that_is_too_old(people, scanner, monkeypatch):
    probe = make_probe(people, scanner, username="acme", has_password=True)
    sealed = seal_password(PASSWORD, probe_id=probe.pk)
    later = time.time() + 301
    monkeypatch.setattr(time, "time", lambda: later)

    runner.run_probe(people.acme.pk, probe.pk, sealed)

    probe.refresh_from_db()
    assert (probe.state, probe.note) == ("expired", "password_lost")
    assert scanner.commands == []


@pytest.mark.db
def test_opens_no_password_of_another_probe(people, scanner):
    probe = make_probe(people, scanner, username="acme", has_password=True)
    other = make_probe(people, scanner)

    runner.run_probe(
        people.acme.pk, probe.pk, seal_password(PASSWORD, probe_id=other.pk)
    )

    probe.refresh_from_db()
    assert probe.note == Probe.Note.PASSWORD_LOST


@pytest.mark.db
def test_leaves_a_probe_of_another_customer_alone(people, scanner):
    probe = make_probe(people, scanner)

    runner.run_probe(people.other.pk, probe.pk)

    probe.refresh_from_db()
    assert probe.state == Probe.State.QUEUED


@pytest.mark.db
def test_connects_nowhere_that_the_operator_forbids(people, scanner, settings):
    settings.ALLOWED_NETWORKS = []
    probe = make_probe(people, scanner)

    runner.run_probe(people.acme.pk, probe.pk)

    assert scanner.commands == []
    tried = Evidence.objects.filter(check_name="tcp")
    assert {item.facts["error"] for item in tried} == {"not-allowed"}
    probe.refresh_from_db()
    assert (probe.state, probe.note) == ("failed", "target_refused")


@pytest.mark.db
def test_never_connects_to_the_typed_host(people, scanner, good_certificate):
    with Scanner(good_certificate) as stranger:
        probe = make_probe(
            people,
            scanner,
            configured_host="127.0.0.1",
            configured_port=stranger.port,
        )
        runner.run_probe(people.acme.pk, probe.pk)

    assert stranger.commands == []


@pytest.mark.db
def test_a_failure_of_ours_marks_the_row(people, scanner, monkeypatch):
    probe = make_probe(people, scanner)
    OutboundScanner.objects.update(addresses=5)  # no list

    with pytest.raises(TypeError):
        runner.run_probe(people.acme.pk, probe.pk)

    probe.refresh_from_db()
    assert (probe.state, probe.note) == ("failed", "internal")


@pytest.mark.db
def test_an_ended_probe_takes_no_more_evidence(people, scanner):
    probe = make_probe(people, scanner)
    Probe.objects.filter(pk=probe.pk).update(
        state=Probe.State.RUNNING, started_at=timezone.now()
    )
    stale = Probe.objects.get(pk=probe.pk)
    runner.save_evidence(stale, 1, observation())
    Probe.objects.filter(pk=probe.pk).update(state=Probe.State.EXPIRED)

    with pytest.raises(runner.ProbeGone):
        runner.save_evidence(stale, 2, observation())

    assert Evidence.objects.count() == 1


def observation() -> runner.Observation:
    return runner.Observation("tcp", "x:25/ipv4", "ok", 0.1, {}, [])


@pytest.mark.db
def test_sweep_sends_a_waiting_probe_again(
    people, scanner, monkeypatch, django_capture_on_commit_callbacks
):
    sent = []
    monkeypatch.setattr(
        tasks.run_probe, "apply_async", lambda **options: sent.append(options["args"])
    )
    lost, fresh = make_probe(people, scanner), make_probe(people, scanner)
    locked = make_probe(people, scanner, username="acme", has_password=True)
    age(lost, 45)
    age(locked, 45)

    with django_capture_on_commit_callbacks(execute=True):
        tasks.sweep()
        tasks.sweep()

    assert sent == [(str(people.acme.pk), str(lost.pk))]
    for waiting in (fresh, locked):
        waiting.refresh_from_db()
        assert waiting.state == Probe.State.QUEUED


@pytest.mark.db
def test_sweep_gives_up_a_waiting_probe_with_a_password(people, scanner):
    probe = make_probe(people, scanner, username="acme", has_password=True)
    age(probe, 61)

    tasks.sweep()

    probe.refresh_from_db()
    assert (probe.state, probe.note) == ("expired", "password_lost")


@pytest.mark.db
def test_sweep_ends_what_waited_for_an_hour(people, scanner):
    probe = make_probe(people, scanner)
    age(probe, 3601)

    tasks.sweep()

    probe.refresh_from_db()
    assert (probe.state, probe.note) == ("expired", "not_started")


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_runs_the_probe(people, scanner):
    probe = make_probe(people, scanner)

    def work(_number: int) -> None:
        runner.run_probe(people.acme.pk, probe.pk)
        connection.close()

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(work, range(8)))

    assert scanner.count("STARTTLS") == 1
    assert Probe.objects.get(pk=probe.pk).state == Probe.State.FINISHED


@pytest.mark.django_db(transaction=True)
def test_killed_worker_leaves_evidence_and_the_probe_is_run_again(people, scanner):
    scanner.greeting = b""  # the probe waits for it
    probe = make_probe(people, scanner)
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "cleanmail.settings",
    }
    code = (
        "import django; django.setup(); from diagnostics import runner; "
        f"runner.run_probe('{people.acme.pk}', '{probe.pk}')"
    )
    worker = subprocess.Popen([sys.executable, "-c", code], env=environment)
    try:
        wait_for(lambda: Evidence.objects.filter(check_name="tcp").exists())
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)
    kept = Evidence.objects.count()

    tasks.sweep()
    probe.refresh_from_db()
    assert probe.state == Probe.State.RUNNING  # its lease still holds
    Probe.objects.filter(pk=probe.pk).update(lease_until=timezone.now())
    tasks.sweep()

    probe.refresh_from_db()
    assert probe.state == Probe.State.QUEUED
    assert Evidence.objects.count() == kept > 0
    scanner.greeting = b"220 localhost ESMTP\r\n"
    runner.run_probe(people.acme.pk, probe.pk)
    probe.refresh_from_db()
    assert (probe.state, probe.first_cause) == ("finished", "")
    found = Evidence.objects.values_list("ordinal", flat=True)
    assert list(found) == list(range(1, len(found) + 1))


def lose(probe: Probe, **fields) -> Probe:
    """Let a worker have died with it, its lease over."""
    now = timezone.now()
    lost = {"state": "running", "started_at": now, "lease_until": now} | fields
    Probe.objects.filter(pk=probe.pk).update(**lost)
    tasks.sweep()
    probe.refresh_from_db()
    return probe


@pytest.mark.db
def test_what_kills_workers_again_and_again_ends(people, scanner):
    probe = lose(make_probe(people, scanner), runs=2)
    assert probe.state == Probe.State.QUEUED

    lose(probe, runs=3)

    assert (probe.state, probe.note) == ("expired", "worker_lost")


@pytest.mark.db
def test_a_log_in_is_not_tried_again_after_a_worker_died(people, scanner):
    probe = make_probe(people, scanner, username="acme", has_password=True)

    lose(probe, runs=1)

    assert (probe.state, probe.note) == ("expired", "worker_lost")


def database_url() -> str:
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    return f"{server}/{connection.settings_dict['NAME']}"


def wait_for(condition) -> None:
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)
