"""Writes holds as CSV, as a reader may see them in the list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import tzinfo

from accounts.csv_rows import BYTE_ORDER_MARK, defuse, write_row
from quarantine.models import Hold
from quarantine.visible import show_line

# What one file holds; a last line says when there was more.
ROWS_MAX = 50_000
COLUMNS = (
    *("received_at", "recipient", "sender_name", "sender", "subject"),
    *("category", "score", "state", "expires_at", "size", "id"),
)
FIELDS = (
    *("id", "received_at", "envelope_recipient", "header_from_name", "header_from"),
    *("subject", "category", "score", "state", "expires_at", "size"),
)


def write_csv(holds: Iterable[Hold], zone: tzinfo, *, more: str) -> Iterator[str]:
    """Yield lines of CSV, times in the zone; `more` is the last one beyond the limit.

    The zone is an argument: these lines leave after the reader's own is put away.
    """
    yield BYTE_ORDER_MARK
    yield write_row(COLUMNS)
    for number, hold in enumerate(holds):
        if number == ROWS_MAX:
            yield write_row([more])
            return
        yield write_row(map(defuse, _cells(hold, zone)))


def _cells(hold: Hold, zone: tzinfo) -> list[object]:
    return [
        hold.received_at.astimezone(zone).isoformat(timespec="seconds"),
        show_line(hold.envelope_recipient),
        show_line(hold.header_from_name),
        show_line(hold.header_from),
        show_line(hold.subject),
        hold.category,
        hold.score,
        hold.state,
        hold.expires_at.astimezone(zone).isoformat(timespec="seconds"),
        hold.size,
        hold.pk,
    ]
