"""Two workers and one mail, at the same moment, on PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core import mail
from django.db import connection

from accounts import outbox
from accounts.models import OutgoingMail
from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 8


def test_of_many_workers_one_sends_it(people: People):
    row = outbox.put(people.bob, "factor_added")
    start = Barrier(WORKERS)

    def work(_number: int) -> None:
        start.wait()
        try:
            outbox.deliver(row.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, range(WORKERS)))

    row.refresh_from_db()
    assert len(mail.outbox) == 1
    assert (row.state, row.attempts) == (OutgoingMail.State.SENT, 1)
