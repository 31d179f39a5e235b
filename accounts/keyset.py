"""Pages of a list, newest first, by the key of a row: depth costs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, Self, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Place:
    """A place between two rows of a list."""

    at: datetime
    pk: UUID

    @classmethod
    def of_row(cls, row: Model, column: str) -> Self:
        """Return the place of a row in a list that is sorted by the column."""
        return cls(getattr(row, column), row.pk)

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
        span = self.at - datetime.fromtimestamp(0, tz=UTC)
        return f"{span // timedelta(microseconds=1)}.{self.pk.hex}"


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows of one page, and where newer and older ones begin."""

    rows: tuple[Row, ...] = ()
    before: Place | None = None
    after: Place | None = None


# A range on the first column, then the ties: an index serves it from the place on.
def older_than(place: Place, column: str) -> Q:
    """Return what comes after the place in the list."""
    ties: dict[str, Any] = {column: place.at, "pk__gte": place.pk}
    return Q((f"{column}__lte", place.at)) & ~Q(**ties)


def newer_than(place: Place, column: str) -> Q:
    """Return what comes before the place in the list."""
    ties: dict[str, Any] = {column: place.at, "pk__lte": place.pk}
    return Q((f"{column}__gte", place.at)) & ~Q(**ties)


def find_page(
    found: QuerySet[Row],
    column: str,
    *,
    size: int,
    before: Place | None = None,
    after: Place | None = None,
) -> Page[Row]:
    """Return the page before or after a place, else the first one."""
    if before is not None:
        page = _newer_page(found, column, size, before)
        return page or find_page(found, column, size=size)
    if after is not None:
        found = found.filter(older_than(after, column))
    rows = list(found.order_by(f"-{column}", "-pk")[: size + 1])
    shown = tuple(rows[:size])
    return Page(
        shown,
        before=Place.of_row(shown[0], column) if after and shown else None,
        after=Place.of_row(shown[-1], column) if len(rows) > size else None,
    )


def _newer_page(
    found: QuerySet[Row], column: str, size: int, before: Place
) -> Page[Row] | None:
    """Return the page above the place; None when a whole one does not fit there."""
    newer = found.filter(newer_than(before, column)).order_by(column, "pk")
    rows = list(newer[: size + 1])
    if len(rows) <= size:
        return None
    shown = tuple(reversed(rows[:size]))
    return Page(
        shown,
        before=Place.of_row(shown[0], column),
        after=Place.of_row(shown[-1], column),
    )
