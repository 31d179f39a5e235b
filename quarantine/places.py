"""Places between two rows of the list, and what lies on either side of one."""

from __future__ import annotations

from typing import Self

from django.db.models import Q

from accounts import keyset
from quarantine.models import Hold

COLUMN = "received_at"


class Cursor(keyset.Place):
    """A place between two holds of the list."""

    __slots__ = ()

    @classmethod
    def of(cls, hold: Hold) -> Self:
        """Return the place of a row."""
        return cls.of_row(hold, COLUMN)


def older_than(place: keyset.Place) -> Q:
    """Return what comes after the place in the list."""
    return keyset.older_than(place, COLUMN)
