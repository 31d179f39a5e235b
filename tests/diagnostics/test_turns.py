"""Few probes at once at one server, few a minute, customers in turn, nobody lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from diagnostics import runner, tasks, turns
from diagnostics.models import Evidence, Probe, ProbeTarget
from diagnostics.passwords import seal_password
from tests import factories
from tests.diagnostics.scanner import Scanner
from tests.smtp_server import Script, SmtpServer

pytestmark = [pytest.mark.django_db, pytest.mark.db]
TARGET = "out.cleanmail.example"


@pytest.fixture(autouse=True)
def limits(settings) -> None:
    settings.PROBES_AT_ONCE_PER_TARGET = 2
    settings.PROBES_PER_MINUTE_PER_TARGET = 100


@pytest.fixture
def sent(monkeypatch) -> list[tuple]:
    """Collect what goes to the broker: arguments and countdown."""
    messages: list[tuple] = []
    monkeypatch.setattr(
        tasks.run_probe,
        "apply_async",
        lambda **options: messages.append((options["args"], options["countdown"])),
    )
    return messages


def make_line(*customers, **fields) -> list[Probe]:
    """Make a waiting probe of each customer, in that order."""
    return [factories.make_probe(customer, **fields) for customer in customers]


def start(probe: Probe, *, ago: float = 0, lease: float = 30) -> None:
    """Let a worker have it in hand."""
    now = timezone.now()
    Probe.objects.filter(pk=probe.pk).update(
        state="running",
        started_at=now - timedelta(seconds=ago),
        lease_until=now + timedelta(seconds=lease),
    )


def finish(probe: Probe) -> None:
    Probe.objects.filter(pk=probe.pk).update(state="finished")


def take(probe: Probe) -> Probe | None:
    return turns.take_turn(probe.customer_id, probe.pk)


def test_names_the_server_when_a_probe_is_made(people):
    hop = factories.make_check(
        people.acme_domain, kind="next_hop", configured_host="MX.Acme.Example."
    )

    assert factories.make_probe(people.acme).target == TARGET
    assert hop.target == "mx.acme.example"
    assert factories.make_check(people.acme_domain).target == "acme.example"


def test_no_more_at_once_than_allowed_and_the_row_keeps_waiting(people):
    probes = make_line(people.acme, people.acme, people.acme)

    taken = [take(probe) for probe in probes]

    assert [one is not None for one in taken] == [True, True, False]
    probes[2].refresh_from_db()
    assert probes[2].state == Probe.State.QUEUED
    assert probes[2].deferred_at is not None
    finish(probes[0])
    assert take(probes[2]) is not None


def test_another_server_is_another_line(people):
    for probe in make_line(people.acme, people.acme):
        start(probe)
    elsewhere = factories.make_probe(
        people.acme, scanner=factories.make_scanner("out2.cleanmail.example")
    )

    assert take(elsewhere) == elsewhere


def test_a_dead_workers_place_is_free_with_its_lease(people):
    for probe in make_line(people.acme, people.acme):
        start(probe, ago=40, lease=-1)
    (waiting,) = make_line(people.acme)

    assert take(waiting) == waiting


def test_no_more_a_minute_than_allowed(people, settings):
    settings.PROBES_PER_MINUTE_PER_TARGET = 3
    for ago in (50, 20, 10):
        (probe,) = make_line(people.acme)
        start(probe, ago=ago)
        finish(probe)
    (waiting,) = make_line(people.acme)

    assert take(waiting) is None
    wait = (turns.free_at(TARGET, timezone.now()) - timezone.now()).total_seconds()
    assert 8 < wait <= 10


def test_customers_take_turns_however_many_one_has_queued(people):
    many = make_line(*[people.acme] * 5)
    (late,) = make_line(people.other)

    first = take(many[0])
    second = take(many[1])

    assert first == many[0]
    # Acme has had its turn: the task ran the other customer's probe instead.
    assert second == late
    many[1].refresh_from_db()
    assert many[1].state == Probe.State.QUEUED


def test_a_person_goes_before_a_monitor(people):
    monitor = factories.make_monitor(people.acme)
    (watched,) = make_line(people.acme, monitor=monitor)
    (asked,) = make_line(people.acme)

    assert take(watched) == asked


def test_nobody_takes_a_probe_whose_password_is_elsewhere(people):
    (locked,) = make_line(people.other, username="x", has_password=True)
    (open_one,) = make_line(people.acme)

    assert take(open_one) == open_one
    assert take(locked) == locked


def test_a_password_comes_back_until_its_turn(people, sent):
    for probe in make_line(people.acme, people.acme):
        start(probe)
    (locked,) = make_line(people.acme, username="x", has_password=True)
    sealed = seal_password("geheim", probe_id=locked.pk)

    run_task(locked, sealed)

    ((arguments, countdown),) = sent
    assert arguments == (str(people.acme.pk), str(locked.pk), sealed)
    assert 1 <= countdown <= 5


def run_task(probe: Probe, *sealed: str) -> None:
    tasks.run_probe(str(probe.customer_id), str(probe.pk), *sealed)


@pytest.fixture(autouse=True)
def at_commit(monkeypatch) -> None:
    """Send at once: these tests never commit."""
    monkeypatch.setattr(
        "accounts.enqueue.transaction.on_commit", lambda call, **_options: call()
    )


def test_a_password_in_line_is_not_given_up_while_it_comes_back(people):
    (locked,) = make_line(people.acme, username="x", has_password=True)
    now = timezone.now()
    mine = Probe.objects.filter(pk=locked.pk)
    mine.update(
        created_at=now - timedelta(seconds=120),
        deferred_at=now - timedelta(seconds=3),
    )

    runner.expire_lost()
    assert mine.get().state == "queued"
    mine.update(deferred_at=now - timedelta(seconds=70))
    runner.expire_lost()

    assert mine.get().note == "password_lost"


def test_the_end_of_a_run_wakes_the_next_in_line(people, sent, monkeypatch):
    monkeypatch.setattr(runner, "_run", lambda probe, _sealed: finish(probe))
    probes = make_line(people.acme, people.acme, people.acme)
    start(probes[1])

    run_task(probes[0])

    assert sent == [((str(people.acme.pk), str(probes[2].pk)), 0)]


def test_who_finds_no_place_is_woken_by_those_that_run(people, sent):
    probes = make_line(people.acme, people.acme, people.acme)
    start(probes[0])
    start(probes[1])

    run_task(probes[2])

    assert sent == []


def test_where_a_minute_is_used_up_and_nobody_runs_the_first_wakes_itself(
    people, sent, settings
):
    settings.PROBES_PER_MINUTE_PER_TARGET = 1
    done, first, second, third = make_line(*[people.acme] * 4)
    start(done, ago=20)
    finish(done)

    for probe in (third, second, first):
        run_task(probe)

    assert {arguments[1] for arguments, _wait in sent} == {
        str(first.pk),
        str(second.pk),
    }
    assert all(35 < wait <= 40 for _arguments, wait in sent)


def test_hosts_that_lead_to_one_address_share_its_places(people, settings):
    settings.ALLOWED_PORTS = list(range(1024, 65536))
    settings.ALLOWED_NETWORKS = ["127.0.0.0/8", "::1/128"]
    with SmtpServer(Script()) as server:
        domain = people.acme_domain
        hop = Probe.objects.create(
            customer=people.acme,
            kind="next_hop",
            domain=domain,
            test_recipient="bob@acme.example",
            configured_host="localhost",
            configured_port=server.port,
            nonce="a1b2",
        )
        for probe in make_line(people.other, people.other):
            start(probe)
        Probe.objects.filter(state="running").update(target="127.0.0.1")

        runner.run_probe(people.acme.pk, hop.pk)

        hop.refresh_from_db()
        assert (hop.state, hop.target) == ("queued", "127.0.0.1")
        assert server.commands == []
        assert not Evidence.objects.exists()

        Probe.objects.filter(state="running").update(state="finished")
        runner.run_probe(people.acme.pk, hop.pk)

    hop.refresh_from_db()
    assert hop.state == "finished"
    assert "RCPT TO:<bob@acme.example>" in " ".join(server.commands)


def test_the_page_says_who_is_before_and_when_it_goes_on(people, client_for):
    for probe in make_line(people.other, people.other):
        start(probe)
    make_line(people.acme)
    (mine,) = make_line(people.acme)
    take(mine)

    response = client_for(people.alice).get(f"/diagnostics/{mine.pk}/progress")

    page = response.content.decode()
    assert "Vor Ihrer Prüfung ist noch 1 an der Reihe." in page
    assert "Ihre Prüfung beginnt von selbst, etwa um" in page
    assert 'hx-trigger="every' in page


def test_unused_names_go(people):
    (probe,) = make_line(people.acme)
    take(probe)
    assert turns.forget_unused() == 0

    ProbeTarget.objects.update(used_at=timezone.now() - timedelta(days=2))

    assert turns.forget_unused() == 1


def test_a_run_is_counted_where_it_ran(people, good_certificate, authority):
    with Scanner(good_certificate) as scanner:
        row = factories.make_scanner(
            "localhost", ports=[scanner.port], ca_file=str(authority.pem)
        )
        probe = factories.make_probe(people.acme, scanner=row)

        assert runner.run_probe(people.acme.pk, probe.pk) == probe

    assert ProbeTarget.objects.get().name == "localhost"
