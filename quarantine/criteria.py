"""What is looked for among holds: words and filters, by somebody's clock and zone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import reduce
from typing import Self
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import Actor
from quarantine.access.holds import list_holds
from quarantine.models import Hold
from quarantine.states import OPEN, State

WORDS_MAX = 8
# What ends within so many days, the last one whole, ends soon.
SOON_DAYS = 3


class Show(models.TextChoices):
    """The quick filters above the list."""

    OPEN = "", _("Alle")
    NEW = "new", _("Neu")
    SOON = "soon", _("Läuft bald ab")
    REQUESTED = "requested", _("Freigabe angefragt")
    UNDELIVERED = "undelivered", _("Noch nicht zugestellt")
    RELEASED = "released", _("Freigegeben")
    DISCARDED = "discarded", _("Verworfen")
    EXPIRED = "expired", _("Abgelaufen")


class When(models.TextChoices):
    """How far back the list looks."""

    ALWAYS = "", _("Ganzer Zeitraum")
    TODAY = "today", _("Heute")
    WEEK = "week", _("Letzte 7 Tage")
    MONTH = "month", _("Letzte 30 Tage")


STATES: dict[str, tuple[str, ...]] = {
    Show.OPEN: OPEN,
    Show.NEW: OPEN,
    Show.SOON: OPEN,
    Show.REQUESTED: (State.REQUESTED,),
    Show.UNDELIVERED: (State.RELEASING, State.FAILED, State.UNSURE),
    Show.RELEASED: (State.RELEASED,),
    Show.DISCARDED: (State.DISCARDED,),
    Show.EXPIRED: (State.EXPIRED,),
}
DAYS_BACK = {When.TODAY: 0, When.WEEK: 7, When.MONTH: 30}


@dataclass(frozen=True, slots=True)
class Criteria:
    """What is looked for; every field empty means everything that is open.

    `to` is the key of an address, a recipient in full, or a part of one.
    """

    words: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    to: str = ""
    sender: str = ""
    subject: str = ""
    when: str = ""
    since: date | None = None
    since_time: time | None = None
    until: date | None = None
    until_time: time | None = None
    low: float | None = None
    high: float | None = None
    show: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether words or filters leave holds of the chosen state out."""
        return replace(self, show="") != Criteria()

    def parameters(self) -> dict[str, object]:
        """Return what an address says of it, always in the same order."""
        said: dict[str, object] = {
            "q": " ".join(self.words),
            "why": self.why,
            "to": self.to,
            "from": self.sender,
            "subject": self.subject,
            "when": self.when,
            "since": self.since,
            "since_time": _clock(self.since_time),
            "until": self.until,
            "until_time": _clock(self.until_time),
            "low": _number(self.low),
            "high": _number(self.high),
            "show": self.show,
        }
        return {name: value for name, value in said.items() if value}

    @property
    def query(self) -> str:
        """The criteria as the query of an address."""
        return urlencode(self.parameters(), doseq=True)

    @classmethod
    def parse(cls, query: str) -> Self:
        """Read what `query` wrote."""
        said = parse_qs(query)
        only = {name: values[0] for name, values in said.items()}
        since, until = only.get("since"), only.get("until")
        begins, ends = only.get("since_time"), only.get("until_time")
        low, high = only.get("low"), only.get("high")
        return cls(
            words=split_words(only.get("q", "")),
            why=tuple(said.get("why", ())),
            to=only.get("to", ""),
            sender=only.get("from", ""),
            subject=only.get("subject", ""),
            when=only.get("when", ""),
            since=date.fromisoformat(since) if since else None,
            since_time=time.fromisoformat(begins) if begins else None,
            until=date.fromisoformat(until) if until else None,
            until_time=time.fromisoformat(ends) if ends else None,
            low=float(low) if low else None,
            high=float(high) if high else None,
            show=only.get("show", ""),
        )


def split_words(text: str) -> tuple[str, ...]:
    """Return the words to look for, in the search text's lower case."""
    return tuple(dict.fromkeys(text.lower().split()))[:WORDS_MAX]


def soon_before(now: datetime) -> datetime:
    """Return before when a hold ends soon, by the reader's calendar."""
    return _moment(timezone.localdate(now) + timedelta(days=SOON_DAYS + 1))


def select_holds(
    actor: Actor, criteria: Criteria, *, now: datetime | None = None
) -> QuerySet[Hold]:
    """Return what matches all of the criteria, within the actor's reach."""
    now = now or timezone.now()
    conditions = [
        Q(state__in=STATES[criteria.show]),
        _shown(criteria, now),
        _texts(criteria),
        _times(criteria, now),
        _recipients(criteria),
    ]
    if criteria.why:
        conditions.append(Q(category__in=criteria.why))
    if criteria.low is not None:
        conditions.append(Q(score__gte=criteria.low))
    if criteria.high is not None:
        conditions.append(Q(score__lte=criteria.high))
    return reduce(lambda holds, one: holds.filter(one), conditions, list_holds(actor))


def _shown(criteria: Criteria, now: datetime) -> Q:
    if criteria.show == Show.NEW:
        return Q(first_seen_at=None)
    if criteria.show == Show.SOON:
        return Q(expires_at__lt=soon_before(now), kept_at=None)
    return Q()


def _texts(criteria: Criteria) -> Q:
    """Look in the one indexed text, and where it is about one column there as well."""
    found = Q()
    for word in criteria.words:
        found &= Q(search_text__contains=word)
    if criteria.sender:
        found &= Q(search_text__contains=_plain(criteria.sender)) & (
            Q(header_from__icontains=criteria.sender)
            | Q(header_from_name__icontains=criteria.sender)
        )
    if criteria.subject:
        found &= Q(search_text__contains=_plain(criteria.subject))
        found &= Q(subject__icontains=criteria.subject)
    return found


def _recipients(criteria: Criteria) -> Q:
    """Look for an address by its key; for its other names by what senders wrote."""
    text = criteria.to
    if not text:
        return Q()
    if (key := _key(text)) is not None:
        return Q(address_id=key)
    indexed = Q(search_text__contains=_plain(text))
    is_whole = text.find("@") > 0 and not text.endswith("@")
    if is_whole:
        return indexed & Q(envelope_recipient__iexact=text)
    return indexed & Q(envelope_recipient__icontains=text)


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _times(criteria: Criteria, now: datetime) -> Q:
    found = Q()
    if criteria.when:
        days = DAYS_BACK[When(criteria.when)]
        first = timezone.localdate(now) - timedelta(days=days)
        found &= Q(received_at__gte=_moment(first))
    if criteria.since:
        begins = _moment(criteria.since, criteria.since_time or time.min)
        found &= Q(received_at__gte=begins)
    if criteria.until and criteria.until_time:
        ends = _moment(criteria.until, criteria.until_time)
        found &= Q(received_at__lt=ends)
    elif criteria.until:
        found &= Q(received_at__lt=_moment(criteria.until + timedelta(days=1)))
    return found


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.15g}"


def _clock(value: time | None) -> str:
    return "" if value is None else f"{value:%H:%M}"


def _moment(day: date, clock: time = time.min) -> datetime:
    return datetime.combine(day, clock, tzinfo=timezone.get_current_timezone())
