"""Wakes release workers beside the committer, so that a dead broker delays no mail."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from django.db import connection

from quarantine.models import Hold

# More than this is left to the sweep, which finds every due hold in the database.
WAITING_MAX = 1000

Wake = Callable[[Hold], None]


class Waker:
    """One thread that tells of holds to release."""

    def __init__(self, wake: Wake) -> None:
        self._wake = wake
        self._queue: queue.Queue[Hold | None] = queue.Queue(WAITING_MAX)
        self._thread = threading.Thread(target=self._run, name="waker", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def tell(self, hold: Hold) -> None:
        """Queue a committed hold, if there is room; never waits."""
        if not self._queue.full():
            self._queue.put_nowait(hold)

    def close(self, seconds: float) -> None:
        """End after what is queued, or after so many seconds."""
        if not self._queue.full():
            self._queue.put_nowait(None)
        self._thread.join(seconds)

    def _run(self) -> None:
        while hold := self._queue.get():
            self._wake(hold)
        connection.close()
