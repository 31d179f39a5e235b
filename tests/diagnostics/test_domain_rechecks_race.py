"""Two beats at the same moment check a domain once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from diagnostics import domain_rechecks
from diagnostics.models import Probe


@pytest.mark.django_db(transaction=True)
def test_of_many_beats_one_makes_the_probe(people):
    def work(_number: int) -> int:
        made = domain_rechecks.make_due_probes()
        connection.close()
        return len(made)

    with ThreadPoolExecutor(6) as workers:
        made = sum(workers.map(work, range(6)))

    assert made == Probe.objects.count()
    assert made == Probe.objects.values("domain").distinct().count()
