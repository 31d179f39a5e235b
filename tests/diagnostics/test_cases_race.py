"""Two clicks at the same moment open one case."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from diagnostics.actions.cases import Draft, open_case
from diagnostics.errors import CaseExists
from diagnostics.models import Case
from tests import factories
from tests.conftest import actor_of


@pytest.mark.django_db(transaction=True)
def test_of_many_clicks_one_opens_the_case(people):
    probe = factories.make_probe(people.acme, state="finished")
    actor = actor_of(people.alice)

    def click(_number: int) -> object:
        try:
            return open_case(actor, probe, Draft(None, "", "", "")).pk
        except CaseExists as existing:
            return existing.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as workers:
        led_to = set(workers.map(click, range(6)))

    assert led_to == {Case.objects.get().pk}
