"""Group commit on PostgreSQL: all or none, then one by one; few queries, one sync."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Sequence

import pytest
from django.core import mail
from django.db import DataError

from accounts.models import OutgoingMail, Policy
from accounts.outbox import deliver
from quarantine.intake.batch import Committer
from quarantine.intake.envelope import Client, Recipient, Sender, Transaction
from quarantine.intake.hold import keep_transactions
from quarantine.intake.recipients import Directory
from quarantine.intake.spool import Spool
from quarantine.intake.strangers import TOLD_A_DAY
from quarantine.models import Hold, Message
from quarantine.store import Writer, open_content
from tests.conftest import People
from tests.factories import make_customer
from tests.quarantine.test_intake_hold import SPAM
from tests.services.loops import run_aside

HOSTILE = "x" * 2000 + "@acme.example"  # no column takes it


def transaction(*recipients: str, queue_id: str = "", content: bytes = b"x\r\n"):
    spool = Spool()
    spool.write(content)
    spool.finish()
    return Transaction(
        Sender("sender@remote.example"),
        tuple(Recipient(address) for address in recipients),
        Client(queue_id=queue_id),
        spool,
    )


@pytest.mark.django_db
def test_database_error_keeps_nothing_of_a_batch(people: People):
    with pytest.raises(DataError):
        keep_transactions(
            Writer(),
            Directory(),
            [transaction("bob@acme.example"), transaction(HOSTILE)],
        )

    assert Hold.objects.count() == 0


@pytest.mark.django_db
def test_a_batch_costs_few_queries(people: People, django_assert_max_num_queries):
    make_customer("Dritte AG", domain="third.example")
    many = [
        transaction(f"u{n}@{name}.example", queue_id=f"Q{n}")
        for n in range(20)
        for name in ("acme", "other", "third")
    ]

    # One of them looks for sender rules.
    with django_assert_max_num_queries(9):
        keep_transactions(Writer(), Directory(), many)

    assert Hold.objects.count() == 60


@pytest.mark.django_db(transaction=True)
def test_operators_are_told_once_of_a_domain_that_nobody_has_proved(people: People):
    strange = [
        transaction("a@nobody.example", "bob@acme.example", queue_id="Q1"),
        transaction("b@nobody.example", "c@evil\x01.example", queue_id="Q2"),
    ]

    replies = [commit(each) for each in strange]

    assert [[reply[:3] for reply in each[0]] for each in replies] == [
        ["451", "250"],
        ["451", "451"],
    ]
    told = OutgoingMail.objects.get()
    assert (told.user, told.kind) == (people.operator, "unknown_domain")
    deliver(told.pk)
    assert "nobody.example" in mail.outbox[0].subject


@pytest.mark.django_db(transaction=True)
def test_many_strange_domains_make_few_mails(people: People):
    many = [transaction(f"a@d{n}.example", queue_id=f"Q{n}") for n in range(50)]

    commit(*many)

    assert OutgoingMail.objects.count() == TOLD_A_DAY


def nobody(hold: Hold) -> None:
    """Wake nobody."""


def commit(*transactions: Transaction, wake=nobody) -> list[Sequence[str]]:
    """Put all into one batch and return the replies."""

    async def run() -> list[Sequence[str]]:
        loop = asyncio.get_running_loop()
        committer = Committer(loop, wake)
        answers = [loop.create_future() for _ in transactions]
        for each, answer in zip(transactions, answers, strict=True):
            committer.put(each, answer.set_result)
        committer.start()
        try:
            return await asyncio.wait_for(asyncio.gather(*answers), 60)
        finally:
            await loop.run_in_executor(None, committer.close)

    return run_aside(run())


@pytest.mark.django_db(transaction=True)
def test_hostile_message_in_a_batch_of_200_harms_only_itself(people: People):
    batch = [
        transaction(
            HOSTILE if n == 100 else "bob@acme.example",
            queue_id=f"Q{n}",
            content=b"Nummer %d\r\n" % n,
        )
        for n in range(200)
    ]

    replies = commit(*batch)

    assert replies[100] == ["451 4.3.0 Not stored, try again later"]
    assert sum(reply[0].startswith("250") for reply in replies) == 199
    read = {
        message.queue_id: b"".join(open_content(message))
        for message in Message.objects.all()
    }
    assert read == {f"Q{n}": b"Nummer %d\r\n" % n for n in range(200) if n != 100}


@pytest.mark.django_db(transaction=True)
def test_more_than_a_batch_is_kept_in_order_of_arrival(people: People):
    replies = commit(*[transaction("bob@acme.example") for _ in range(450)])

    assert all(reply[0].startswith("250") for reply in replies)
    assert Hold.objects.count() == 450


@pytest.mark.django_db(transaction=True)
def test_committer_that_is_closed_defers(people: People):
    async def run() -> Sequence[str]:
        loop = asyncio.get_running_loop()
        committer = Committer(loop, nobody)
        committer.start()
        await loop.run_in_executor(None, committer.close)
        answer = loop.create_future()
        committer.put(transaction("bob@acme.example"), answer.set_result)
        return await answer

    assert run_aside(run())[0].startswith("451 4.3.0")


@pytest.mark.django_db(transaction=True)
def test_what_policy_lets_pass_wakes_a_worker_after_the_commit(people: People):
    Policy.objects.filter(customer=people.acme).update(held_categories=[])
    seen = []

    def wake(hold: Hold) -> None:
        seen.append(Hold.objects.get(pk=hold.pk).state)

    proved = transaction("bob@acme.example", queue_id="Q1", content=SPAM)
    commit(proved, wake=wake)

    assert seen == ["releasing"]


@pytest.mark.django_db(transaction=True)
def test_failed_sync_makes_no_row_and_defers(people: People, monkeypatch):
    def fail(_file: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", fail)
    replies = commit(transaction("bob@acme.example"), transaction("eva@other.example"))

    assert [reply[0][:9] for reply in replies] == ["451 4.3.0"] * 2
    assert Message.objects.count() == 0

    monkeypatch.undo()
    assert commit(transaction("bob@acme.example"))[0][0].startswith("250")


@pytest.mark.django_db(transaction=True)
def test_rows_are_written_only_after_the_sync(people: People, monkeypatch):
    real, seen = os.fdatasync, []

    def watch(file: int) -> None:
        seen.append(Message.objects.count())
        real(file)

    monkeypatch.setattr(os, "fdatasync", watch)
    commit(transaction("bob@acme.example"))

    assert seen == [0]
    assert Message.objects.count() == 1


def test_full_queue_defers_at_once(monkeypatch):
    monkeypatch.setattr("quarantine.intake.batch.WAITING_MAX", 2)

    async def run() -> list[bool]:
        loop = asyncio.get_running_loop()
        committer = Committer(loop, nobody)  # not started: nothing leaves the queue
        answers = [loop.create_future() for _ in range(3)]
        for answer in answers:
            committer.put(transaction("bob@acme.example"), answer.set_result)
        reply = await asyncio.wait_for(answers[2], 5)
        assert reply == ["451 4.3.0 Not stored, try again later"]
        return [answer.done() for answer in answers]

    assert run_aside(run()) == [False, False, True]
