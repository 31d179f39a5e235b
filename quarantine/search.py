"""Finding holds: words and filters, keyset pages newest first, counts that stop."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Self
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import Actor
from quarantine.access.holds import list_holds
from quarantine.models import Hold
from quarantine.states import OPEN, State

PAGE_ROWS = 50
COUNT_MAX = 1000
WORD_LETTERS_MIN = 3
WORDS_MAX = 8
SOON = timedelta(days=2)
# What a line of the list says or decides by.
ROW_FIELDS = (
    *("id", "customer_id", "domain_id", "address_id", "envelope_recipient"),
    *("state", "category", "score", "header_from_name", "header_from", "subject"),
    *("received_at", "expires_at", "next_attempt_at", "first_seen_at"),
    "kept_at",
)
# How many words of a search without a hit are tried alone.
LOOSER_WORDS = 4


class Show(models.TextChoices):
    """The quick filters above the list."""

    OPEN = "", _("Alle")
    NEW = "new", _("Neu")
    SOON = "soon", _("Läuft bald ab")
    REQUESTED = "requested", _("Freigabe angefragt")
    UNDELIVERED = "undelivered", _("Noch nicht zugestellt")
    RELEASED = "released", _("Freigegeben")
    DISCARDED = "discarded", _("Verworfen")


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
}
# The quick filters that tell how many they show, and all of that in one query:
# the gaps are for Django's own.
COUNTED = (Show.OPEN, Show.NEW, Show.SOON, Show.REQUESTED, Show.UNDELIVERED)
COUNTS = """
    SELECT COUNT(*),
        COUNT(*) FILTER (WHERE first_seen_at IS NULL),
        COUNT(*) FILTER (WHERE expires_at <= %s),
        (SELECT COUNT(*) FROM ({}) AS requested),
        (SELECT COUNT(*) FROM ({}) AS undelivered)
    FROM ({}) AS opened
"""
DAYS_BACK = {When.TODAY: 0, When.WEEK: 7, When.MONTH: 30}


@dataclass(frozen=True, slots=True)
class Criteria:
    """What is looked for; every field empty means everything that is open."""

    words: tuple[str, ...] = ()
    why: str = ""
    to: str = ""
    when: str = ""
    show: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether words or filters leave holds of the chosen state out."""
        return bool(self.words or self.why or self.to or self.when)


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


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page, and where newer and older ones begin."""

    holds: tuple[Hold, ...] = ()
    before: Cursor | None = None
    after: Cursor | None = None


def split_words(text: str) -> tuple[str, ...]:
    """Return the words to look for, in the search text's lower case."""
    return tuple(dict.fromkeys(text.lower().split()))[:WORDS_MAX]


def select_holds(actor: Actor, criteria: Criteria) -> QuerySet[Hold]:
    """Return what matches all of the criteria, within the actor's reach."""
    holds = list_holds(actor).filter(state__in=STATES[criteria.show])
    if criteria.show == Show.NEW:
        holds = holds.filter(first_seen_at=None)
    if criteria.show == Show.SOON:
        holds = holds.filter(expires_at__lte=timezone.now() + SOON)
    for word in criteria.words:
        holds = holds.filter(search_text__contains=word)
    if criteria.why:
        holds = holds.filter(category=criteria.why)
    if criteria.to:
        holds = holds.filter(address_id=criteria.to)
    if criteria.when:
        midnight = timezone.localtime().replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        days = DAYS_BACK[When(criteria.when)]
        holds = holds.filter(received_at__gte=midnight - timedelta(days=days))
    return holds


def find_page(
    actor: Actor,
    criteria: Criteria,
    *,
    before: Cursor | None = None,
    after: Cursor | None = None,
) -> Page:
    """Return a page of rows, newest first, by key: depth costs nothing."""
    holds = select_holds(actor, criteria).only(*ROW_FIELDS)
    if before is not None:
        return _newer_page(holds, before) or find_page(actor, criteria)
    if after is not None:
        holds = holds.filter(_older_than(after))
    rows = list(holds.order_by("-received_at", "-id")[: PAGE_ROWS + 1])
    shown = tuple(rows[:PAGE_ROWS])
    return Page(
        shown,
        before=Cursor.of(shown[0]) if after and shown else None,
        after=Cursor.of(shown[-1]) if len(rows) > PAGE_ROWS else None,
    )


def count_holds(actor: Actor, criteria: Criteria) -> int:
    """Return how many match, at most one more than `COUNT_MAX`."""
    return _capped(actor, criteria).count()


def count_by_show(actor: Actor) -> dict[str, int]:
    """Return the counts that the quick filters tell, each capped.

    Where more is open than the cap, what is new or ends soon is not counted: it would
    be looked for in all of it.
    """
    try:
        found = _count_at_once(actor)
    except EmptyResultSet:  # somebody without an address: there is nothing to ask
        found = [0] * len(COUNTED)
    counts: dict[str, int] = dict(zip(COUNTED, found, strict=True))
    if counts[Show.OPEN] > COUNT_MAX:
        del counts[Show.NEW], counts[Show.SOON]
    return counts


def _capped(actor: Actor, criteria: Criteria) -> QuerySet[Hold]:
    """Return no more rows than a count needs, by the way that PostgreSQL finds fast.

    A customer's rows in the order of the index: else it may read the whole table
    for them. A few addresses' rows in no order: else it sorts all of them first.
    """
    order = ("-received_at", "-id") if actor.is_admin else ()
    return select_holds(actor, criteria).order_by(*order)[: COUNT_MAX + 1]


def _count_at_once(actor: Actor) -> list[int]:
    """Return the counts of COUNTED, of what `_capped` lets each see."""
    requested, undelivered = (
        _capped(actor, Criteria(show=show.value)).values("pk")
        for show in (Show.REQUESTED, Show.UNDELIVERED)
    )
    opened = _capped(actor, Criteria()).values("first_seen_at", "expires_at")
    parts = [part.query.sql_with_params() for part in (requested, undelivered, opened)]
    statement = COUNTS.format(*(sql for sql, _values in parts))
    soon = connection.ops.adapt_datetimefield_value(timezone.now() + SOON)
    values = [value for _sql, told in parts for value in told]
    with connection.cursor() as cursor:
        cursor.execute(statement, [soon, *values])
        return list(cursor.fetchone())


def find_looser(actor: Actor, criteria: Criteria) -> Criteria | None:
    """Return a search near this one that finds something; for pages without a hit."""
    words = Criteria(words=criteria.words)
    elsewhere = (Show.OPEN, Show.RELEASED, Show.UNDELIVERED, Show.DISCARDED)
    candidates = [replace(words, show=show.value) for show in elsewhere]
    candidates += [Criteria(words=(word,)) for word in criteria.words[:LOOSER_WORDS]]
    for looser in candidates:
        if looser != criteria and select_holds(actor, looser).exists():
            return looser
    return None


def _newer_page(holds: QuerySet[Hold], before: Cursor) -> Page | None:
    """Return the page above the place; None when a whole one does not fit there."""
    newer = holds.filter(_newer_than(before)).order_by("received_at", "id")
    rows = list(newer[: PAGE_ROWS + 1])
    if len(rows) <= PAGE_ROWS:
        return None
    shown = tuple(reversed(rows[:PAGE_ROWS]))
    return Page(shown, before=Cursor.of(shown[0]), after=Cursor.of(shown[-1]))


# A range on the first column, then the ties: an index serves it from the place on.
def _older_than(place: Cursor) -> Q:
    ties = Q(received_at=place.received_at, id__gte=place.pk)
    return Q(received_at__lte=place.received_at) & ~ties


def _newer_than(place: Cursor) -> Q:
    ties = Q(received_at=place.received_at, id__lte=place.pk)
    return Q(received_at__gte=place.received_at) & ~ties
