"""How often each sender rule decided, on its way into the database."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from quarantine.models import SenderRule

HITS_SECONDS = 2.0


class Hits:
    """How often each rule decided, noted now and then and not message by message."""

    def __init__(self) -> None:
        self._counts: Counter[UUID] = Counter()
        self._noted_at = 0.0

    @property
    def wait_seconds(self) -> float | None:
        """In how many seconds they are to be noted; None while there are none."""
        return HITS_SECONDS if self._counts else None

    def add(self, rules: Iterable[UUID]) -> None:
        """Count these."""
        self._counts.update(rules)

    def note(self) -> None:
        """Write down what was counted, unless that was just done; call it elsewhere.

        In autocommit, a rule by itself, always in the same order: two intakes never
        wait for each other for long. What is lost with the process is a few counts.
        """
        now = time.monotonic()
        if not self._counts or now - self._noted_at < HITS_SECONDS:
            return
        counts, self._counts, self._noted_at = self._counts, Counter(), now
        for pk, count in sorted(counts.items()):
            SenderRule.objects.filter(pk=pk).update(
                hit_count=F("hit_count") + count, last_hit_at=timezone.now()
            )
