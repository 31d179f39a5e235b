"""Group commit: all that waits becomes one fdatasync and one transaction."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import Error, close_old_connections, connection

from quarantine.intake.envelope import Transaction
from quarantine.intake.filters import Filter
from quarantine.intake.hits import Hits
from quarantine.intake.hold import LATER, Kept, keep_transactions
from quarantine.intake.recipients import Directory
from quarantine.intake.strangers import Strangers
from quarantine.intake.waker import Wake, Waker
from quarantine.store import Writer

logger = logging.getLogger(__name__)

BATCH_MESSAGES = 200
BATCH_BYTES = 8 * 1024 * 1024
WAITING_MAX = 2000
WAKE_SECONDS = 2.0
REFRESH_SECONDS = 5.0

Answer = Callable[[Sequence[str]], None]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A transaction and who waits for its replies."""

    transaction: Transaction
    answer: Answer


class Committer:
    """One thread that keeps what the sessions bring.

    A batch is what queued while the one before was being synced: no timer, so a lone
    message waits for nothing.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        wake: Wake,
        filter_name: Filter = Filter.RSPAMD,
    ) -> None:
        self._loop = loop
        self._filter_name = filter_name
        self._waker = Waker(wake)
        self._writer = Writer()
        self._directory = Directory()
        self._hits = Hits()
        self._strangers = Strangers()
        self._worked_at = 0.0
        self._queue: deque[Waiting] = deque()
        self._wakes = threading.Condition()
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, name="committer")

    def start(self) -> None:
        """Begin to work."""
        self._waker.start()
        self._thread.start()

    def close(self) -> None:
        """Keep what is queued, then end; blocks until that is done."""
        with self._wakes:
            self._is_closing = True
            self._wakes.notify()
        self._thread.join()
        self._waker.close(WAKE_SECONDS)

    def put(self, transaction: Transaction, answer: Answer) -> None:
        """Queue it; `answer` is called in the loop once it is durable or given up."""
        with self._wakes:
            if len(self._queue) < WAITING_MAX and not self._is_closing:
                self._queue.append(Waiting(transaction, answer))
                self._wakes.notify()
                return
        logger.error("queue of the committer is full")
        self._loop.call_soon(answer, [LATER] * len(transaction.recipients))

    def _run(self) -> None:
        while (batch := self._take()) is not None:
            if batch:
                kept = self._keep([waiting.transaction for waiting in batch])
                self._loop.call_soon_threadsafe(_answer_all, batch, kept.replies)
                for hold in kept.due:
                    self._waker.tell(hold)
                self._hits.add(kept.hits)
                self._strangers.add(kept.strangers)
            self._write_down()
        self._writer.close()
        connection.close()

    def _take(self) -> list[Waiting] | None:
        """Wait for work and return up to one batch of it; None means the end.

        Nothing comes back where it is time to note the hits of rules.
        """
        batch: list[Waiting] = []
        size = 0
        with self._wakes:
            while not self._queue and not self._is_closing:
                if not self._wakes.wait(self._hits.wait_seconds):
                    return []
            if not self._queue:
                return None
            while self._queue and len(batch) < BATCH_MESSAGES:
                size += self._queue[0].transaction.content.size
                if batch and size > BATCH_BYTES:
                    break
                batch.append(self._queue.popleft())
        return batch

    def _keep(self, batch: Sequence[Transaction]) -> Kept:
        try:
            self._refresh_connection()
            return keep_transactions(
                self._writer, self._directory, batch, self._filter_name
            )
        except Exception:
            # Whatever it is, the sender keeps the mail and comes again.
            logger.exception("batch of %d not kept", len(batch))
            connection.close()
        if len(batch) == 1:
            return _defer(batch)
        return self._keep_alone(batch)

    def _write_down(self) -> None:
        try:
            self._hits.note()
            self._strangers.tell()
        except Exception:
            # No mail waits for it, and each recipient of a stranger is in the log.
            logger.exception("hits of sender rules, or unknown domains, not noted")
            connection.close()

    def _refresh_connection(self) -> None:
        """Ask whether the database still answers, but not before every batch."""
        now = time.monotonic()
        if now - self._worked_at > REFRESH_SECONDS:
            close_old_connections()
        self._worked_at = now

    def _keep_alone(self, batch: Sequence[Transaction]) -> Kept:
        """Keep each by itself: one hostile message must not hold up the others."""
        kept = Kept()
        is_up = True
        for each in batch:
            is_up = is_up and _is_database_up()
            one = self._keep([each]) if is_up else _defer([each])
            kept.replies += one.replies
            kept.due += one.due
            kept.hits += one.hits
        return kept


def _defer(batch: Sequence[Transaction]) -> Kept:
    return Kept([[LATER] * len(each.recipients) for each in batch])


def _is_database_up() -> bool:
    try:
        connection.ensure_connection()
    except Error:
        return False
    return True


def _answer_all(batch: Sequence[Waiting], replies: Sequence[Sequence[str]]) -> None:
    for waiting, own in zip(batch, replies, strict=True):
        waiting.answer(own)
