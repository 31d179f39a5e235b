"""Follows the scanner's logs batch by batch: sessions and position, or nothing."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Event
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import DatabaseError, close_old_connections, transaction

from accounts.errors import SealBroken
from accounts.keyring import seal, unseal
from diagnostics import scanner_sessions
from diagnostics.errors import LogFollowedTwice
from diagnostics.log_files import Batch, Position, read_file, read_journal
from diagnostics.models import FollowedLog
from diagnostics.scanner_log import Reader, ScannerSession
from diagnostics.scanner_log.lines import Entry

logger = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
AGAIN_SECONDS = 5.0
PURPOSE = "scanner-log"
Read = Callable[[Position], Batch]


class Follower:
    """Reads on where the row says that reading ended.

    Sessions, positions and what is held of open sessions are written in one
    transaction: killed at any point, it neither loses nor doubles.
    """

    def __init__(self, paths: Sequence[Path], unit: str = "") -> None:
        self._sources: dict[str, Read] = {
            str(path): partial(read_file, path) for path in paths
        }
        if unit:
            self._sources[f"journal:{unit}"] = partial(read_journal, unit)
        self._name = " ".join(sorted(self._sources))[:500]
        self._kept: FollowedLog | None = None
        self._reader = Reader()

    def follow(self, stop: Event) -> None:
        """Read until `stop` is set; what goes wrong outside is tried again."""
        while not stop.is_set():
            try:
                has_more = self.step()
            except (OSError, DatabaseError) as error:
                logger.warning("scanner log: %s", type(error).__name__)
                self._kept = None  # what was read and not written is read again
                close_old_connections()
                stop.wait(AGAIN_SECONDS)
                continue
            if not has_more:
                close_old_connections()
                stop.wait(IDLE_SECONDS)

    def catch_up(self) -> None:
        """Read to the end and return."""
        while self.step():
            pass

    def step(self) -> bool:
        """Read and keep one batch; say whether there is more to read now."""
        kept = self._kept or self._resume()
        self._kept = None
        batches = {
            name: read(kept.positions.get(name, {}))
            for name, read in self._sources.items()
        }
        entries = [
            entry
            for batch in batches.values()
            for line in batch.lines
            if (entry := self._reader.parse(line)) is not None
        ]
        for entry in sorted(entries, key=_order):
            self._reader.add(entry)
        has_more = any(batch.has_more for batch in batches.values())
        sessions = self._reader.take(None if has_more else time.time())
        positions = {name: batch.position for name, batch in batches.items()}
        if sessions or positions != kept.positions:
            self._keep(kept, sessions, positions)
        self._kept = kept
        return has_more

    def _resume(self) -> FollowedLog:
        kept, _is_new = FollowedLog.objects.get_or_create(name=self._name)
        self._reader = Reader(ZoneInfo(settings.SCANNER_LOG_TIME_ZONE))
        try:
            held = unseal(kept.held, purpose=PURPOSE) if kept.held else b"{}"
        except SealBroken:
            logger.warning("scanner log: what was held of open sessions is lost")
            held = b"{}"
        self._reader.resume(json.loads(held))
        return kept

    @transaction.atomic(durable=True)
    def _keep(
        self,
        kept: FollowedLog,
        sessions: list[ScannerSession],
        positions: dict[str, Position],
    ) -> None:
        held = seal(json.dumps(self._reader.as_json()).encode(), purpose=PURPOSE)
        mine = FollowedLog.objects.filter(pk=kept.pk, version=kept.version)
        if not mine.update(positions=positions, held=held, version=kept.version + 1):
            raise LogFollowedTwice(self._name)
        scanner_sessions.store(sessions)
        kept.positions, kept.version = positions, kept.version + 1


def _order(entry: Entry) -> tuple[float, bool]:
    """Sort by time; in one second Dovecot, which is asked, speaks before Postfix."""
    return entry.at, "smtpd" in entry.program
