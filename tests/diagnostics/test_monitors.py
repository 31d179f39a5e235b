"""Monitors: started once when due, a change believed at the second look, told once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts import outbox
from accounts.models import Membership, OutgoingMail
from accounts.tenancy import Role
from diagnostics import monitoring, runner, tasks
from diagnostics.models import Monitor, MonitorChange, MonitorDay, MonitorMail, Probe
from tests import factories
from tests.diagnostics.scanner import Scanner

pytestmark = [pytest.mark.django_db, pytest.mark.db]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def scanner_row(people):
    return factories.make_scanner()


@pytest.fixture
def monitor(people, scanner_row) -> Monitor:
    MonitorMail.objects.create(customer=people.acme, user=people.alice)
    return factories.make_monitor(people.acme, interval=15)


def end(monitor: Monitor, cause: str = "", **fields) -> None:
    """Let the monitor's next probe find that cause, at once."""
    Monitor.objects.filter(pk=monitor.pk).update(next_run_at=timezone.now())
    ((_customer, probe_id),) = monitoring.start_due()
    now = timezone.now()
    done = {"state": "finished", "first_cause": cause, "finished_at": now} | fields
    Probe.objects.filter(pk=probe_id).update(**done)
    monitoring.settle(probe_id)
    monitor.refresh_from_db()


def told() -> list[str]:
    """Deliver what waits; return the subjects."""
    mail.outbox.clear()
    for outgoing in OutgoingMail.objects.filter(state="queued"):
        outbox.deliver(outgoing.pk)
    return [one.subject for one in mail.outbox]


def test_a_due_monitor_makes_one_probe_until_that_has_ended(people, monitor):
    ((customer, probe_id),) = monitoring.start_due()
    Monitor.objects.update(next_run_at=timezone.now() - MINUTE)

    assert monitoring.start_due() == []
    probe = Probe.objects.get()
    assert (customer, probe_id) == (people.acme.pk, probe.pk)
    assert (probe.kind, probe.has_password, probe.monitor) == (
        "outbound",
        False,
        monitor,
    )


def test_missed_beats_run_once_and_keep_the_minute(monitor):
    due = timezone.now() - timedelta(hours=7, minutes=3)
    Monitor.objects.update(next_run_at=due)

    monitoring.start_due()

    monitor.refresh_from_db()
    assert Probe.objects.count() == 1
    assert monitor.next_run_at > timezone.now()
    assert monitor.next_run_at - timezone.now() <= 15 * MINUTE
    assert (monitor.next_run_at - due) % (15 * MINUTE) == timedelta(0)


def test_what_is_off_or_of_a_dead_customer_rests(people, monitor):
    Monitor.objects.update(is_on=False)
    assert monitoring.start_due() == []

    Monitor.objects.update(is_on=True)
    people.acme.is_active = False
    people.acme.save()
    assert monitoring.start_due() == []


def test_a_next_hop_is_asked_by_the_address_tried_last(people, scanner_row):
    domain = people.acme_domain
    factories.make_monitor(people.acme, domain=domain)
    factories.make_check(domain, kind="next_hop", test_recipient="bob@acme.example")

    ((_customer, probe_id),) = monitoring.start_due()

    probe = Probe.objects.get(pk=probe_id)
    assert (probe.kind, probe.test_recipient) == ("next_hop", "bob@acme.example")
    assert (probe.configured_host, probe.configured_port) == ("127.0.0.1", 2525)


def test_a_domain_that_is_gone_is_not_asked(people, scanner_row):
    domain = people.acme_domain
    factories.make_monitor(people.acme, domain=domain)
    domain.removed_at = timezone.now()
    domain.save()

    assert monitoring.start_due() == []


def test_the_first_good_run_is_believed_and_not_told(monitor):
    end(monitor)

    assert (monitor.state, monitor.pending) == ("healthy", "")
    assert MonitorChange.objects.get().state == "healthy"
    assert told() == []


def test_one_failed_run_is_looked_at_again_soon_and_told_nobody(monitor):
    end(monitor)
    end(monitor, "scanner-down")

    assert (monitor.state, monitor.pending) == ("healthy", "scanner-down")
    assert monitor.next_run_at <= timezone.now() + 3 * MINUTE
    end(monitor)
    assert (monitor.state, monitor.pending) == ("healthy", "")
    assert MonitorChange.objects.count() == 1
    assert told() == []


def test_a_second_failed_run_is_told_once(people, monitor):
    end(monitor)
    for _ in range(4):
        end(monitor, "scanner-down")

    assert monitor.state == "scanner-down"
    assert [one.state for one in MonitorChange.objects.order_by("pk")] == [
        "healthy",
        "scanner-down",
    ]
    assert told() == ["Outbound Scanner: Hindernis gefunden"]
    assert mail.outbox[0].to == [people.alice.email]
    assert f"/diagnostics/monitors/{monitor.pk}/" in mail.outbox[0].body


def test_another_cause_and_the_end_are_told_as_well(monitor):
    for cause in ("scanner-down", "scanner-down", "port25-blocked-drop"):
        end(monitor, cause)
    told()
    end(monitor, "port25-blocked-drop")
    assert told() == ["Outbound Scanner: Hindernis gefunden"]

    end(monitor)
    assert told() == []
    end(monitor)
    assert told() == ["Outbound Scanner: wieder in Ordnung"]
    assert monitor.is_healthy


def test_causes_in_turn_are_a_failure_all_the_same(monitor):
    end(monitor)
    end(monitor, "scanner-down")
    end(monitor, "no-internet")

    assert monitor.state == "no-internet"
    assert len(told()) == 1


def test_a_run_that_broke_on_our_side_says_nothing_and_is_repeated(monitor):
    end(monitor)
    end(monitor, state="expired", note="worker_lost")

    assert (monitor.state, monitor.pending) == ("healthy", "")
    assert monitor.next_run_at <= timezone.now() + 3 * MINUTE
    assert MonitorDay.objects.get().runs == 1


def test_mail_goes_to_admins_who_want_it_in_their_language(people, monitor):
    people.alice.language = "en"
    people.alice.save()
    MonitorMail.objects.create(customer=people.acme, user=people.bob)  # no admin
    MonitorMail.objects.create(customer=people.other, user=people.charlie)

    end(monitor, "scanner-down")
    end(monitor, "scanner-down")

    assert OutgoingMail.objects.count() == 1
    told()
    assert mail.outbox[0].to == [people.alice.email]
    assert "scanner" in mail.outbox[0].body


def test_nobody_is_told_who_is_admin_no_more(people, monitor):
    end(monitor, "scanner-down")
    end(monitor, "scanner-down")
    Membership.objects.filter(user=people.alice).update(role=Role.MEMBER)

    assert told() == []


def test_an_end_is_counted_once_however_often_it_is_heard(monitor):
    ((_customer, probe_id),) = monitoring.start_due()
    Probe.objects.filter(pk=probe_id).update(
        state="finished", first_cause="scanner-down", finished_at=timezone.now()
    )

    assert monitoring.settle_ended() == 1
    assert not monitoring.settle(probe_id)
    assert monitoring.settle_ended() == 0
    day = MonitorDay.objects.get()
    assert (day.runs, day.disturbed) == (1, 1)


def test_the_beat_hears_of_a_probe_that_ended_unheard(monitor):
    """A worker that dies between the end of its probe and the count loses nothing."""
    ((_customer, probe_id),) = monitoring.start_due()
    Probe.objects.filter(pk=probe_id).update(
        state="finished", finished_at=timezone.now()
    )

    tasks.monitor()

    monitor.refresh_from_db()
    assert (monitor.state, monitor.awaited) == ("healthy", None)


def test_a_probe_that_vanished_is_not_waited_for(monitor):
    monitoring.start_due()
    Probe.objects.all().delete()

    monitoring.settle_ended()

    monitor.refresh_from_db()
    assert monitor.awaited is None


def test_old_probes_go_and_those_of_changes_and_cases_stay(monitor, settings):
    for _ in range(4):
        end(monitor)
    asked = Probe.objects.order_by("created_at")[1]
    factories.make_case(monitor.customer, probe=asked)
    long_ago = timezone.now() - timedelta(days=settings.MONITOR_HISTORY_DAYS + 1)
    kept = MonitorChange.objects.get().probe
    fresh = Probe.objects.order_by("-created_at").first()
    Probe.objects.exclude(pk=fresh.pk).update(created_at=long_ago)
    own = factories.make_probe(monitor.customer, state="finished")
    Probe.objects.filter(pk=own.pk).update(created_at=long_ago)

    assert monitoring.prune() == 1

    assert set(Probe.objects.all()) == {kept, asked, fresh, own}


def test_old_days_and_too_many_changes_go(monitor, monkeypatch):
    monkeypatch.setattr(monitoring, "CHANGES_KEPT", 2)
    long_ago = timezone.now() - timedelta(days=500)
    for number in range(4):
        MonitorChange.objects.create(
            customer=monitor.customer,
            monitor=monitor,
            state=f"x{number}",
            at=long_ago + number * MINUTE,
        )
    MonitorDay.objects.create(
        customer=monitor.customer, monitor=monitor, day=long_ago.date()
    )

    monitoring.prune()

    assert [one.state for one in MonitorChange.objects.order_by("at")] == ["x2", "x3"]
    assert not MonitorDay.objects.exists()


def test_a_real_run_finds_the_scanner_well_and_then_gone(
    people, good_certificate, authority
):
    with Scanner(good_certificate) as running:
        factories.make_scanner(
            "localhost", ports=[running.port], ca_file=str(authority.pem)
        )
        monitor = factories.make_monitor(people.acme)
        ((customer, probe_id),) = monitoring.start_due()
        runner.run_probe(customer, probe_id)
        monitoring.settle(probe_id)
        monitor.refresh_from_db()
        assert monitor.is_healthy

    for _ in range(2):
        Monitor.objects.update(next_run_at=timezone.now())
        ((customer, probe_id),) = monitoring.start_due()
        runner.run_probe(customer, probe_id)
        monitoring.settle(probe_id)

    monitor.refresh_from_db()
    assert monitor.state not in {"", "healthy"}
