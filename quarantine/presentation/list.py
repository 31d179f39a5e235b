"""What the list page says: rows, quick filters with counts, pages."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.keyset import Place
from accounts.tenancy import Actor
from quarantine.access.rights import find_retention_days, get_rulebook
from quarantine.criteria import Criteria, Show
from quarantine.presentation.filters import ActiveFilter, list_url, make_active
from quarantine.presentation.rows import Row, make_rows
from quarantine.search import (
    COUNT_MAX,
    PAGE_ROWS,
    Page,
    count_by_show,
    count_holds,
    find_looser,
    find_page,
)


@dataclass(frozen=True, slots=True)
class Chip:
    """A quick filter: a link with how many it shows."""

    label: str
    url: str
    count: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class HoldList:
    """All that the list page prints."""

    rows: list[Row]
    chips: list[Chip]
    filters: list[ActiveFilter]
    lede: str
    soon_url: str
    soon_text: str
    found: str
    # What "all that match" says, nothing where there is no bulk job for them.
    all_matching: str
    query: str
    url: str
    is_discarded: bool
    newer_url: str
    older_url: str
    is_search: bool
    said: str
    looser_text: str
    looser_url: str
    reset_url: str
    retention: str


def make_list(
    actor: Actor,
    criteria: Criteria,
    *,
    address: str = "",
    before: Place | None = None,
    after: Place | None = None,
) -> HoldList:
    """Return the page of the list that the criteria and the place name."""
    page = find_page(actor, criteria, before=before, after=after)
    counts = count_by_show(actor)
    is_miss = criteria.is_narrow and not page.holds
    looser = find_looser(actor, criteria) if is_miss else None
    soon = counts.get(Show.SOON, 0)
    rows = make_rows(page.holds, rulebook=get_rulebook(actor))
    count = _count(actor, criteria, page, counts)
    return HoldList(
        rows=rows,
        chips=_chips(criteria, counts),
        filters=make_active(criteria, address=address),
        lede=_lede(counts[Show.OPEN]),
        soon_url=list_url(Criteria(show=Show.SOON)) if soon else "",
        soon_text=_soon(soon),
        found=_found(count, page),
        all_matching=_all_matching(count, rows),
        query=f"?{criteria.query}" if criteria.query else "",
        url=list_url(criteria),
        is_discarded=criteria.show == Show.DISCARDED,
        newer_url=_place_url(criteria, "before", page.before),
        older_url=_place_url(criteria, "after", page.after),
        is_search=criteria.is_narrow,
        said=" ".join(criteria.words),
        looser_text=_looser_text(criteria, looser) if looser else "",
        looser_url=list_url(looser) if looser else "",
        reset_url=list_url(Criteria(show=criteria.show)),
        retention=_retention(actor) if is_miss else "",
    )


def count_text(count: int) -> str:
    """Return a count as a list tells it: beyond the cap it says "über 1’000"."""
    if count > COUNT_MAX:
        return _("über %(count)s") % {"count": number_format(COUNT_MAX)}
    return str(number_format(count))


def _chips(criteria: Criteria, counts: dict[str, int]) -> list[Chip]:
    return [
        Chip(
            label=str(show.label),
            url=list_url(replace(criteria, show=show.value)),
            count=count_text(counts[show]) if show in counts else "",
            is_current=criteria.show == show,
        )
        for show in Show
        # What nobody has asked for or is waiting for needs no button.
        if criteria.show == show
        or (show != Show.EXPIRED and (counts.get(show, 1) or show == Show.OPEN))
    ]


def _lede(count: int) -> str:
    if not count:
        return _("Zurzeit halten wir nichts für Sie zurück.")
    text = ngettext(
        "%(count)s E-Mail wartet auf einen Entscheid.",
        "%(count)s E-Mails warten auf einen Entscheid.",
        count,
    )
    return text % {"count": count_text(count)}


def _soon(count: int) -> str:
    text = ngettext(
        "%(count)s davon läuft bald ab", "%(count)s davon laufen bald ab", count
    )
    return text % {"count": count_text(count)}


def _place_url(criteria: Criteria, side: str, place: Place | None) -> str:
    return list_url(criteria, {side: place}) if place else ""


def _count(actor: Actor, criteria: Criteria, page: Page, counts: dict[str, int]) -> int:
    """Return how many match, without counting twice or what one page shows whole."""
    if page.before is None and page.after is None:
        return len(page.holds)
    if criteria.show in counts and not criteria.is_narrow:
        return counts[criteria.show]
    return count_holds(actor, criteria)


def _found(count: int, page: Page) -> str:
    text = ngettext("%(count)s E-Mail", "%(count)s E-Mails", count)
    told = text % {"count": count_text(count)}
    if page.before is None and page.after is None:
        return told
    return _("%(found)s, %(rows)d auf einer Seite") % {"found": told, "rows": PAGE_ROWS}


def _all_matching(count: int, rows: list[Row]) -> str:
    """Offer all that match where a single tick would not do."""
    if count < 2 or not any(row.can_pick for row in rows):
        return ""
    return _("Alle %(count)s passenden auswählen") % {"count": count_text(count)}


def _retention(actor: Actor) -> str:
    days = find_retention_days(actor)
    if days is None:
        return _("Zurückgehaltene E-Mails laufen nach der Frist Ihrer Firma ab.")
    text = ngettext(
        "Zurückgehaltene E-Mails laufen nach %(days)d Tag ab.",
        "Zurückgehaltene E-Mails laufen nach %(days)d Tagen ab.",
        days,
    )
    return text % {"days": days}


def _looser_text(criteria: Criteria, looser: Criteria) -> str:
    if looser.words != criteria.words:
        return _("Nur nach «%(word)s» suchen") % {"word": " ".join(looser.words)}
    if looser.show == criteria.show:
        return _("Ohne Filter suchen")
    return _("Unter «%(show)s» suchen") % {"show": Show(looser.show).label}
