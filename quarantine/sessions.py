"""Sessions with next hops, kept open a while for the next message.

One process, one pool: nothing is shared over a fork. A session is kept under the very
address it is connected to, which every release resolves and checks anew.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass

from django.conf import settings

from accounts.models.customers import NextHopTls
from cleanmail.wire.smtp import Session
from cleanmail.wire.transcript import Transcript

# So long a certificate, once shown, is believed without looking again.
SESSION_SECONDS = 300
SESSIONS_MAX = 20


@dataclass(frozen=True, slots=True)
class Route:
    """What two messages must have in common to share a session."""

    address: str
    port: int
    host: str
    tls: NextHopTls


@dataclass(slots=True)
class _Kept:
    session: Session
    opened_at: float
    idle_since: float
    messages: int


class Pool:
    """Open sessions by their route, at most one a route."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[Route, _Kept] = {}
        self._lent: dict[Session, tuple[float, int]] = {}
        self._sweep: threading.Timer | None = None

    def take(
        self, route: Route, transcript: Transcript, until: float
    ) -> Session | None:
        """Return a session that seems alive, for one message and this transcript."""
        with self._lock:
            kept = self._kept.pop(route, None)
            if kept is None:
                return None
            if not _is_fresh(kept, time.monotonic()) or not kept.session.is_quiet:
                kept.session.close()
                return None
            kept.session.resume(transcript, until)
            self._lent[kept.session] = (kept.opened_at, kept.messages)
            return kept.session

    def keep(self, route: Route, session: Session) -> None:
        """Take a session back after a message, or end it when it has served enough."""
        now = time.monotonic()
        with self._lock:
            opened_at, messages = self._lent.pop(session, (now, 0))
            kept = _Kept(session, opened_at, now, messages + 1)
            has_room = route in self._kept or len(self._kept) < SESSIONS_MAX
            ended: _Kept | None = kept
            if _is_fresh(kept, now) and has_room:
                ended = self._kept.get(route)
                self._kept[route] = kept
                self._start_sweep()
        if ended is not None:
            ended.session.quit()

    def drop(self, session: Session) -> None:
        """Close a session that is of no more use."""
        with self._lock:
            self._lent.pop(session, None)
        session.close()

    def close_all(self, **_signal: object) -> None:
        """Say goodbye to everybody."""
        with self._lock:
            kept, self._kept = self._kept, {}
            self._stop_sweep()
        for each in kept.values():
            each.session.quit()

    def forget_all(self) -> None:
        """Close this process's copies without a word: the sessions are its parent's."""
        self._lock = threading.Lock()
        kept, self._kept, self._lent, self._sweep = self._kept, {}, {}, None
        for each in kept.values():
            each.session.close()

    def _start_sweep(self) -> None:
        if self._sweep is None:
            wait = settings.RELEASE_IDLE_SECONDS + 0.1
            self._sweep = threading.Timer(wait, self._end_idle)
            self._sweep.daemon = True
            self._sweep.start()

    def _stop_sweep(self) -> None:
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None

    def _end_idle(self) -> None:
        now = time.monotonic()
        with self._lock:
            self._sweep = None
            stale = {r: k for r, k in self._kept.items() if not _is_fresh(k, now)}
            for route in stale:
                del self._kept[route]
            if self._kept:
                self._start_sweep()
        for each in stale.values():
            each.session.quit()


def _is_fresh(kept: _Kept, now: float) -> bool:
    return (
        now - kept.idle_since < settings.RELEASE_IDLE_SECONDS
        and now - kept.opened_at < SESSION_SECONDS
        and kept.messages < settings.RELEASE_SESSION_MESSAGES
    )


pool = Pool()
os.register_at_fork(after_in_child=pool.forget_all)
