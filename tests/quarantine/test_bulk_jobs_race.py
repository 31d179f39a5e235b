"""Many workers at bulk jobs over the same holds, at the same moment, on PostgreSQL."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection

from accounts.identifiers import uuid7
from accounts.models import AuditEvent
from quarantine import bulk_jobs
from quarantine.models import BulkJob, Hold, Message
from quarantine.states import State
from tests.factories import make_bulk_job, make_hold

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 6
HOLDS = 150
BEGAN = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


def make_many(people, count, **fields) -> list[Hold]:
    """Make holds of the same content in a few statements, a minute apart."""
    first = make_hold(people.acme, received_at=BEGAN, **fields)
    messages, holds = [], []
    for number in range(1, count):
        message = Message.objects.get(pk=first.message_id)
        message.pk = uuid7()
        hold = Hold.objects.get(pk=first.pk)
        hold.pk, hold.message_id = uuid7(), message.pk
        hold.received_at = BEGAN + timedelta(seconds=number)
        messages.append(message)
        holds.append(hold)
    Message.objects.bulk_create(messages)
    Hold.objects.bulk_create(holds)
    return [first, *holds]


def test_d1_many_workers_at_two_jobs_release_each_hold_once(people, monkeypatch):
    monkeypatch.setattr(bulk_jobs, "IN_FLIGHT_MAX", HOLDS * 2)
    monkeypatch.setattr(bulk_jobs, "GATHER_STEP", 60)
    make_many(people, HOLDS)
    jobs = [
        make_bulk_job(owner, gathered_at=None, state="queued")
        for owner in (people.alice, people.bob)
    ]
    start = Barrier(WORKERS)
    woken: list[object] = []

    def work(number: int) -> None:
        start.wait()
        try:
            bulk_jobs.work(jobs[number % 2].pk, lambda hold: woken.append(hold.pk))
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, range(WORKERS)))

    counts = Counter(AuditEvent.objects.values_list("action", flat=True))
    told = [BulkJob.objects.get(pk=job.pk) for job in jobs]
    assert {job.state for job in told} == {BulkJob.State.FINISHED}
    assert sum(job.done_count for job in told) == HOLDS
    assert len(woken) == len(set(woken)) == HOLDS
    assert counts["hold.release"] == HOLDS
    assert counts["bulk.end"] == 2
    assert not Hold.objects.exclude(state=State.RELEASING).exists()


def test_releases_all_of_a_sender_held_while_the_filter_was_wrong(
    people, client_for, monkeypatch, django_assert_max_num_queries
):
    """Thousands of good mails were held after a bad update (MailCleaner 652)."""
    monkeypatch.setattr(bulk_jobs, "IN_FLIGHT_MAX", HOLDS * 2)
    text = "good@bank.example bob@acme.example kontoauszug"
    wrong = make_many(people, 300, header_from="good@bank.example", search_text=text)
    make_hold(people.acme, received_at=BEGAN + timedelta(minutes=2))
    client = client_for(people.alice)
    query = (
        "from=good%40bank.example&since=2026-11-23&since_time=09:30"
        "&until=2026-11-23&until_time=09:34"
    )

    page = client.post(f"/holds/select?{query}")["Location"]
    preview = client.get(page).content.decode()
    client.post(f"{page}release")
    job = BulkJob.objects.get()
    # Three a hold (move, request, audit), a dozen a chunk.
    with django_assert_max_num_queries(850):
        bulk_jobs.work(job.pk, lambda _hold: None)

    job.refresh_from_db()
    assert "240 E-Mails passen zu dieser Suche." in preview
    assert (job.state, job.done_count) == (BulkJob.State.FINISHED, 240)
    left = Hold.objects.filter(pk__in=[one.pk for one in wrong], state=State.HELD)
    assert left.count() == 60
