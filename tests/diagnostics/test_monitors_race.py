"""Beats and workers at the same moment: one probe, one count, one mail."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import OutgoingMail
from diagnostics import monitoring
from diagnostics.models import Monitor, MonitorChange, MonitorDay, MonitorMail, Probe
from tests import factories

pytestmark = [pytest.mark.django_db(transaction=True)]


def together(work: Callable[[], object]) -> list[object]:
    def once(_number: int) -> object:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as workers:
        return list(workers.map(once, range(6)))


def test_of_many_beats_one_starts_a_monitor(people):
    factories.make_scanner()
    factories.make_monitor(people.acme)

    together(monitoring.start_due)

    assert Probe.objects.count() == 1


def test_of_many_workers_one_counts_an_end(people):
    factories.make_scanner()
    MonitorMail.objects.create(customer=people.acme, user=people.alice)
    factories.make_monitor(people.acme, state="healthy", pending="scanner-down")
    ((_customer, probe_id),) = monitoring.start_due()
    Probe.objects.filter(pk=probe_id).update(
        state="finished", first_cause="scanner-down", finished_at=timezone.now()
    )

    heard = together(lambda: monitoring.settle(probe_id))

    assert heard.count(True) == 1
    assert Monitor.objects.get().state == "scanner-down"
    assert MonitorChange.objects.count() == OutgoingMail.objects.count() == 1
    assert MonitorDay.objects.get().runs == 1
