"""The one way to wake a worker: after commit, and a dead broker harms nobody."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

if TYPE_CHECKING:
    from celery import Task

logger = logging.getLogger(__name__)


def enqueue(task: Task[..., object], *arguments: object, countdown: float = 0) -> None:
    """Send the task once the transaction has committed; the row stays the truth.

    A broker that does not answer within a second is logged; the sweep sends later.
    """

    def send() -> None:
        try:
            task.apply_async(
                args=tuple(str(argument) for argument in arguments),
                countdown=countdown,
                retry=False,
                ignore_result=True,
            )
        except (OperationalError, OSError):
            logger.warning("broker down, the sweep will send %s", task.name)

    transaction.on_commit(send, robust=True)


def count_waiting() -> int:
    """Return how many tasks the broker holds; 0 if it does not answer."""
    try:
        with current_app.connection_for_read() as link, link.channel() as channel:
            queue = current_app.conf.task_default_queue
            told = channel.queue_declare(queue)  # type: ignore[attr-defined]  # kombu
            return int(told.message_count)
    except (OperationalError, OSError):
        return 0
