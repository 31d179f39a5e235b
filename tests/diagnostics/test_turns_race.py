"""Many workers at one server at the same moment: no more places than there are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from diagnostics import turns
from diagnostics.models import Probe
from tests import factories


@pytest.mark.django_db(transaction=True)
def test_many_workers_take_no_more_places_than_there_are(people, settings):
    settings.PROBES_AT_ONCE_PER_TARGET = 3
    customers = [people.acme, people.other] * 6
    probes = [factories.make_probe(customer) for customer in customers]

    def take(probe: Probe) -> Probe | None:
        try:
            return turns.take_turn(probe.customer_id, probe.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as workers:
        taken = [one for one in workers.map(take, probes) if one is not None]

    assert len(taken) == len({one.pk for one in taken}) == 3
    assert Probe.objects.filter(state="running").count() == 3
    assert {one.customer_id for one in taken} == {people.acme.pk, people.other.pk}


@pytest.mark.django_db(transaction=True)
def test_many_workers_take_no_more_a_minute_than_allowed(people, settings):
    settings.PROBES_AT_ONCE_PER_TARGET = 50
    settings.PROBES_PER_MINUTE_PER_TARGET = 4
    probes = [factories.make_probe(people.acme) for _ in range(10)]

    def take(probe: Probe) -> bool:
        try:
            return turns.take_turn(probe.customer_id, probe.pk) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as workers:
        assert sum(workers.map(take, probes)) == 4
