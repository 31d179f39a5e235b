"""When digests are due: slots of a week, in the zone of the person who reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.models import Policy
from accounts.models.customers import DigestRhythm
from quarantine.models import DigestSubscription

DAYS = range(7)
RHYTHM_DAYS: dict[str, Iterable[int]] = {
    DigestRhythm.DAILY: DAYS,
    DigestRhythm.WEEKDAYS: range(5),
    DigestRhythm.WEEKLY: range(1),
}


@dataclass(frozen=True, slots=True)
class Schedule:
    """Times of a week by the clock on the wall: weekday (Monday is 0), hour, minute.

    A slot is computed from this alone, never from the sending before it: nothing
    drifts, also where the clock is put forward or back.
    """

    times: frozenset[tuple[int, time]]

    def latest(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """Return the last slot that has come; None for a schedule without any."""
        return max(self._around(now, zone, until=now), default=None)

    def following(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """Return the first slot after now."""
        ahead = now + timedelta(days=8)
        slots = self._around(ahead, zone, until=ahead)
        return min((slot for slot in slots if slot > now), default=None)

    def _around(
        self, moment: datetime, zone: ZoneInfo, *, until: datetime
    ) -> Iterator[datetime]:
        today = moment.astimezone(zone).date()
        for back in range(9):
            day = today - timedelta(days=back)
            for weekday, at in self.times:
                if weekday == day.weekday():
                    # An hour that is skipped comes an hour later; of one that comes
                    # twice the first counts.
                    slot = datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
                    if slot <= until:
                        yield slot


def of_policies(policies: Iterable[Policy]) -> Schedule:
    """Return when the policies tell people, all of them together."""
    return Schedule(
        frozenset(
            (day, policy.digest_at)
            for policy in policies
            for day in RHYTHM_DAYS.get(policy.digest_rhythm, ())
        )
    )


def of_choice(choice: DigestSubscription) -> Schedule | None:
    """Return the person's own times; None where they chose none."""
    at = [one for one in (choice.first_at, choice.second_at) if one is not None]
    if not at:
        return None
    days = choice.weekdays if isinstance(choice.weekdays, list) else DAYS
    return Schedule(frozenset((day, one) for day in days if day in DAYS for one in at))
