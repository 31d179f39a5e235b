"""Places between two rows of the list, and what lies on either side of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self
from uuid import UUID

from django.db.models import Q

from quarantine.models import Hold


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows of the list."""

    received_at: datetime
    pk: UUID

    @classmethod
    def of(cls, hold: Hold) -> Self:
        """Return the place of a row."""
        return cls(hold.received_at, hold.pk)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read what `__str__` wrote; None for anything else."""
        micros, _dot, key = text.partition(".")
        try:
            span = timedelta(microseconds=int(micros[:20]))
            return cls(datetime.fromtimestamp(0, tz=UTC) + span, UUID(hex=key))
        except (ValueError, OverflowError):
            return None

    def __str__(self) -> str:
        span = self.received_at - datetime.fromtimestamp(0, tz=UTC)
        return f"{span // timedelta(microseconds=1)}.{self.pk.hex}"


# A range on the first column, then the ties: an index serves it from the place on.
def older_than(place: Cursor) -> Q:
    """Return what comes after the place in the list."""
    ties = Q(received_at=place.received_at, id__gte=place.pk)
    return Q(received_at__lte=place.received_at) & ~ties


def newer_than(place: Cursor) -> Q:
    """Return what comes before the place in the list."""
    ties = Q(received_at=place.received_at, id__lte=place.pk)
    return Q(received_at__gte=place.received_at) & ~ties
