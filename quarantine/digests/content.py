"""What a digest tells of: new holds, those that end soon, one line a message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from quarantine.access.holds import list_holds
from quarantine.digests.readers import Reader
from quarantine.models import Hold
from quarantine.states import OPEN

# Beyond it a digest says "über 1’000", as the list does.
COUNT_MAX = 1000


@dataclass(frozen=True, slots=True)
class Item:
    """One message for one reader: the hold that its line leads to, and for whom."""

    hold: Hold
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """All that a digest tells: at most so many lines, and how many there are."""

    since: datetime
    until: datetime
    new: tuple[Item, ...]
    new_count: int
    ending: tuple[Item, ...]
    ending_count: int
    open_count: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing is new and nothing ends soon."""
        return not self.new_count and not self.ending_count

    @property
    def unlisted_count(self) -> int:
        """How many new ones have no line of their own."""
        return self.new_count - len(self.new)


def gather(
    reader: Reader, *, since: datetime, until: datetime, now: datetime
) -> Content:
    """Return what came after `since`, up to `until`, and what ends before long."""
    waiting = _waiting(reader, now)
    ends_by = _next_look(reader, now)
    known = waiting.filter(received_at__lte=since, expires_at__lte=ends_by)
    ending = _items(known.order_by("expires_at", "pk"))
    fresh = waiting.filter(received_at__gt=since, received_at__lte=until)
    new = _items(fresh.order_by("-received_at", "-pk"))
    shown = ending[: settings.DIGEST_ROWS // 2]
    return Content(
        since=since,
        until=until,
        new=new[: settings.DIGEST_ROWS - len(shown)],
        new_count=len(new),
        ending=shown,
        ending_count=len(ending),
        open_count=len(set(waiting.values_list("message_id")[: COUNT_MAX + 1])),
    )


def _waiting(reader: Reader, now: datetime) -> QuerySet[Hold]:
    return list_holds(reader.actor).filter(
        address_id__in=reader.address_ids,
        category__in=reader.categories,
        state__in=OPEN,
        expires_at__gt=now,
    )


def _next_look(reader: Reader, now: datetime) -> datetime:
    """Return until when what ends would not be told of again in time."""
    local = now.astimezone(reader.user.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    after_next = reader.schedule.following(now, reader.user.zone) or now
    return max(midnight + timedelta(days=2), after_next + timedelta(days=1))


def _items(holds: QuerySet[Hold]) -> tuple[Item, ...]:
    """Return a line a message: to a person of several addresses it came once."""
    together: dict[object, list[Hold]] = {}
    for hold in holds[: COUNT_MAX + 1]:
        together.setdefault(hold.message_id, []).append(hold)
    return tuple(_item(same) for same in together.values())


def _item(same: Iterable[Hold]) -> Item:
    ordered = sorted(same, key=lambda hold: hold.pk)
    return Item(ordered[0], tuple(hold.envelope_recipient for hold in ordered))
