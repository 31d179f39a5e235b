"""Seal everything under the first key of the ring: `rotate_keys [--status]`."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import rotation
from accounts.keyring import current_key_id, list_key_ids
from accounts.models import Invitation, KnownBrowser, RecoverySheet

# They are keyed hashes: nothing in them says of which key, and none can be made anew.
HASHED = (
    (RecoverySheet, "sheets of recovery codes"),
    (KnownBrowser, "known browsers"),
    (Invitation, "invitations"),
)


class Command(BaseCommand):
    """Resumable, and harmless beside intake and workers; audited."""

    help = "Seal all secrets anew under the first key of KEY_RING, or count by key."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whether to count only."""
        parser.add_argument(
            *("--status", "--dry-run"),
            action="store_true",
            dest="only_counts",
            help="count what each key has sealed, and change nothing",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Seal anew, count, say which keys may go; exit 1 names what is stuck."""
        stuck: list[str] = []
        if not options["only_counts"]:
            stuck = self._rotate()
        total = self._count()
        missing = sorted(set(total) - set(list_key_ids()))
        for key_id in missing:
            stuck.append(f"{total[key_id]} values under {key_id!r}, not in KEY_RING")
        self._tell_keys(total, is_stuck=bool(missing))
        if stuck:
            raise CommandError("not opened by any key: " + "; ".join(stuck))

    def _rotate(self) -> list[str]:
        done = rotation.rotate(self._progress)
        self.stdout.write(f"sealed under {current_key_id()}: {done.moved.total()}")
        if done.overtaken:
            self.stdout.write(f"changed or erased meanwhile: {done.overtaken}")
        return done.broken

    def _progress(self, column: str, count: int) -> None:
        self.stdout.write(f"{column}: {count}")

    def _count(self) -> Counter[str]:
        total: Counter[str] = Counter()
        for column in rotation.list_columns():
            counts = rotation.count_by_key(column)
            said = ", ".join(f"{key} {count}" for key, count in sorted(counts.items()))
            self.stdout.write(f"{column}: {said or 'empty'}")
            total += counts
        return total

    def _tell_keys(self, total: Counter[str], *, is_stuck: bool) -> None:
        has_head = rotation.is_head_current()
        for key_id in list_key_ids()[1:]:
            if total[key_id]:
                said = f"needed by {total[key_id]} values: run rotate_keys"
            elif not has_head:
                said = "may be needed by the audit log until its sealer has run"
            elif is_stuck:
                said = "seals nothing; look first where the missing keys are"
            else:
                said = "seals nothing and may leave KEY_RING"
            self.stdout.write(f"key {key_id}: {said}")
        if len(list_key_ids()) > 1:
            for model, what in HASHED:
                count = model._default_manager.count()  # noqa: SLF001
                self.stdout.write(f"with an old key end those of it: {count} {what}")
