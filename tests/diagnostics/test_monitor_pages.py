"""The pages of monitors: what admins see, and what their buttons do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.models.people import today
from diagnostics.models import Monitor, MonitorChange, MonitorDay, MonitorMail
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.db]
URL = "/diagnostics/monitors/"


def own(monitor: Monitor, verb: str = "") -> str:
    return f"{URL}{monitor.pk}/{verb}"


def test_says_what_to_do_while_nothing_is_watched(people, client_for):
    page = client_for(people.alice).get(URL).content.decode()

    assert "Noch nichts wird überwacht." in page
    assert "Nächster Server von acme.example" in page
    assert "other.example" not in page


def test_watches_the_scanner_and_writes_it_down(people, client_for):
    factories.make_scanner()
    client = client_for(people.alice)

    response = client.post(f"{URL}add", {"subject": "scanner", "interval": "15"})

    assert response.status_code == 302
    monitor = Monitor.objects.get()
    assert (monitor.customer, monitor.domain, monitor.interval) == (
        people.acme,
        None,
        15,
    )
    assert AuditEvent.objects.filter(action="monitor.add").count() == 1
    assert MonitorMail.objects.get().user == people.alice
    again = client.post(f"{URL}add", {"subject": "scanner", "interval": "15"})
    assert again.status_code == 422
    assert Monitor.objects.count() == 1


def test_watches_a_domain_of_the_own_customer_only(people, client_for):
    client = client_for(people.charlie)
    typed = {"subject": str(people.acme_domain.pk), "interval": "60"}

    assert client.post(f"{URL}add", typed).status_code == 422
    assert not Monitor.objects.exists()

    client_for(people.alice).post(f"{URL}add", typed)
    assert Monitor.objects.get().domain == people.acme_domain


@pytest.mark.parametrize("typed", [{}, {"subject": "scanner", "interval": "1"}])
def test_refuses_what_is_not_in_the_list(people, client_for, typed):
    response = client_for(people.alice).post(f"{URL}add", typed)

    assert response.status_code == 422
    assert 'class="error"' in response.content.decode()


def test_switches_off_and_on_once_each(people, client_for):
    monitor = factories.make_monitor(people.acme)
    client = client_for(people.alice)

    for verb in ("off", "off", "on", "on"):
        assert client.post(own(monitor, verb)).status_code == 302

    monitor.refresh_from_db()
    assert monitor.is_on
    for action in ("monitor.off", "monitor.on"):
        assert AuditEvent.objects.filter(action=action).count() == 1


def test_off_and_on_again_does_not_run_it_sooner(people, client_for):
    now = timezone.now()
    monitor = factories.make_monitor(people.acme, interval=60, checked_at=now)
    client = client_for(people.alice)

    client.post(own(monitor, "off"))
    client.post(own(monitor, "on"))

    monitor.refresh_from_db()
    assert monitor.next_run_at == now + timedelta(hours=1)


def test_changes_the_interval(people, client_for):
    monitor = factories.make_monitor(people.acme)
    client = client_for(people.alice)

    client.post(own(monitor, "interval"), {"interval": "1440"})
    client.post(own(monitor, "interval"), {"interval": "2"})

    monitor.refresh_from_db()
    assert monitor.interval == Monitor.Interval.DAY
    assert AuditEvent.objects.filter(action="monitor.interval").count() == 1


def test_orders_mail_and_stops_it(people, client_for):
    client = client_for(people.alice)

    client.post(f"{URL}mail")
    client.post(f"{URL}mail")
    assert MonitorMail.objects.count() == 1
    client.post(f"{URL}no-mail")

    assert not MonitorMail.objects.exists()


def test_shows_state_picture_and_changes(people, client_for):
    now = timezone.now()
    monitor = factories.make_monitor(people.acme, state="scanner-down", since=now)
    probe = factories.make_probe(
        people.acme, monitor=monitor, state="finished", first_cause="scanner-down"
    )
    for state, ago in (("healthy", 2), ("scanner-down", 0)):
        MonitorChange.objects.create(
            customer=people.acme,
            monitor=monitor,
            state=state,
            at=now - timedelta(hours=ago),
            probe=probe,
        )
    MonitorDay.objects.create(
        customer=people.acme, monitor=monitor, day=today(), runs=24, disturbed=3
    )

    page = client_for(people.alice).get(own(monitor)).content.decode()

    assert '<svg class="chart"' in page
    assert '<td class="num">24</td><td class="num">3</td>' in page
    assert f"/diagnostics/{probe.pk}/" in page
    assert "alles in Ordnung" in page
    assert 'class="status is-bad"' in page


def test_is_not_for_members(people, client_for):
    monitor = factories.make_monitor(people.acme)
    client = client_for(people.bob)

    assert client.get(URL).status_code == 403
    assert client.get(own(monitor)).status_code == 403
    assert client.post(own(monitor, "off")).status_code == 403
    monitor.refresh_from_db()
    assert monitor.is_on


def test_costs_the_same_for_many_monitors(
    people, client_for, django_assert_max_num_queries
):
    for number in range(12):
        domain = factories.make_domain(people.acme, f"d{number}.example")
        monitor = factories.make_monitor(people.acme, domain=domain, state="hop-cut")
        probe = factories.make_check(domain, kind="next_hop", monitor=monitor)
        MonitorChange.objects.create(
            customer=people.acme,
            monitor=monitor,
            state="hop-cut",
            at=timezone.now(),
            probe=probe,
        )
    client = client_for(people.alice)

    with django_assert_max_num_queries(14):
        client.get(URL)


def test_probes_of_monitors_stay_out_of_the_list_of_probes(people, client_for):
    monitor = factories.make_monitor(people.acme)
    probe = factories.make_probe(people.acme, monitor=monitor)

    assert (
        str(probe.pk)
        not in client_for(people.alice).get("/diagnostics/").content.decode()
    )
