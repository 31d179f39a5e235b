"""Domains that mail came for and nobody has proved: the operators are told by mail."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable

from django.db import transaction

from accounts import outbox, throttles
from accounts.access.people import list_operators
from accounts.errors import RateLimited

# What may stand in a subject line; nothing else is anybody's domain.
NAME = re.compile(r"[a-z0-9._-]{1,253}")
DAY = 24 * 3600
TOLD_A_DAY = 20
REMEMBERED_SECONDS = 3600.0
REMEMBERED_MAX = 10_000


class Strangers:
    """What is to be told; a name is asked about once an hour, and told once a day."""

    def __init__(self) -> None:
        self._seen: dict[str, float] = {}
        self._new: list[str] = []

    def add(self, names: Iterable[str]) -> None:
        """Note these, but those noted within the hour."""
        now = time.monotonic()
        for name in filter(NAME.fullmatch, names):
            if now - self._seen.get(name, -REMEMBERED_SECONDS) >= REMEMBERED_SECONDS:
                if len(self._seen) >= REMEMBERED_MAX:
                    self._seen.clear()
                self._seen[name] = now
                self._new.append(name)

    def tell(self) -> None:
        """Keep a mail to each operator for what is new; the outbox's sweep sends it.

        No broker is asked: one that is dead would make mail wait.
        """
        names, self._new = self._new[:TOLD_A_DAY], []
        for name in names:
            if _is_due(name):
                _keep_mails(name)


def _is_due(name: str) -> bool:
    """Say whether to tell of it: once a day, and of so many domains at most."""
    try:
        throttles.spend("stranger", name, limit=1, seconds=DAY)
        throttles.spend("stranger.all", "", limit=TOLD_A_DAY, seconds=DAY)
    except RateLimited:
        return False
    return True


@transaction.atomic(durable=True)
def _keep_mails(name: str) -> None:
    for operator in list_operators():
        outbox.put(operator, "unknown_domain", domain=name)
