"""Finding holds: words and filters, keyset pages newest first, counts that stop."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from accounts import keyset
from accounts.keyset import Place
from accounts.tenancy import Actor
from quarantine.criteria import Criteria, Show, select_holds, soon_before
from quarantine.models import Hold
from quarantine.places import COLUMN

PAGE_ROWS = 50
COUNT_MAX = 1000
WORD_LETTERS_MIN = 3
# What a line of the list says or decides by.
ROW_FIELDS = (
    *("id", "customer_id", "domain_id", "address_id", "envelope_recipient"),
    *("state", "category", "score", "header_from_name", "header_from", "subject"),
    *("received_at", "expires_at", "next_attempt_at", "first_seen_at"),
    "kept_at",
)
# How many words of a search without a hit are tried alone.
LOOSER_WORDS = 4
# Where they are looked for then.
ELSEWHERE = (
    *(Show.OPEN, Show.RELEASED, Show.UNDELIVERED, Show.DISCARDED),
    Show.EXPIRED,
)
# The quick filters that tell how many they show, and all of that in one query:
# the gaps are for Django's own.
COUNTED = (Show.OPEN, Show.NEW, Show.SOON, Show.REQUESTED, Show.UNDELIVERED)
COUNTS = """
    SELECT COUNT(*),
        COUNT(*) FILTER (WHERE first_seen_at IS NULL),
        COUNT(*) FILTER (WHERE expires_at < %s AND kept_at IS NULL),
        (SELECT COUNT(*) FROM ({}) AS requested),
        (SELECT COUNT(*) FROM ({}) AS undelivered)
    FROM ({}) AS opened
"""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page, and where newer and older ones begin."""

    holds: tuple[Hold, ...] = ()
    before: Place | None = None
    after: Place | None = None


def find_page(
    actor: Actor,
    criteria: Criteria,
    *,
    before: Place | None = None,
    after: Place | None = None,
) -> Page:
    """Return a page of rows, newest first, by key: depth costs nothing."""
    holds = select_holds(actor, criteria).only(*ROW_FIELDS)
    page = keyset.find_page(holds, COLUMN, size=PAGE_ROWS, before=before, after=after)
    return Page(page.rows, page.before, page.after)


def find_all(actor: Actor, criteria: Criteria) -> QuerySet[Hold]:
    """Return all that match, newest first, for whoever reads them one by one."""
    return select_holds(actor, criteria).order_by("-received_at", "-id")


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
    opened = _capped(actor, Criteria()).values("first_seen_at", "expires_at", "kept_at")
    parts = [part.query.sql_with_params() for part in (requested, undelivered, opened)]
    statement = COUNTS.format(*(sql for sql, _values in parts))
    soon = connection.ops.adapt_datetimefield_value(soon_before(timezone.now()))
    values = [value for _sql, told in parts for value in told]
    with connection.cursor() as cursor:
        cursor.execute(statement, [soon, *values])
        return list(cursor.fetchone())


def find_looser(actor: Actor, criteria: Criteria) -> Criteria | None:
    """Return a search near this one that finds something; for pages without a hit."""
    words = Criteria(words=criteria.words)
    candidates = [replace(words, show=show.value) for show in ELSEWHERE]
    candidates += [Criteria(words=(word,)) for word in criteria.words[:LOOSER_WORDS]]
    for looser in candidates:
        if looser != criteria and select_holds(actor, looser).exists():
            return looser
    return None
