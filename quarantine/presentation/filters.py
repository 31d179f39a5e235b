"""The filters that are on, each in words and with the way to take it off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.models.customers import Category
from quarantine.criteria import Criteria, When
from quarantine.visible import show_line


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    """A filter that is on, and the list without it."""

    label: str
    url: str


def list_url(criteria: Criteria, place: Mapping[str, object] | None = None) -> str:
    """Return the address of the list, at a place of it if there is one."""
    query = urlencode(criteria.parameters() | dict(place or {}), doseq=True)
    to = reverse("quarantine:holds")
    return f"{to}?{query}" if query else to


def make_active(criteria: Criteria, *, address: str) -> list[ActiveFilter]:
    """Return the filters that are on; `address` is what `to` is called."""
    found = [
        (_("Grund: %(text)s"), str(Category(one).label), _without_why(criteria, one))
        for one in criteria.why
    ]
    found += [
        (_("An: %(text)s"), address, replace(criteria, to="")),
        (_("Absender: %(text)s"), criteria.sender, replace(criteria, sender="")),
        (_("Betreff: %(text)s"), criteria.subject, replace(criteria, subject="")),
        ("%(text)s", _period(criteria.when), replace(criteria, when="")),
        (
            _("ab %(text)s"),
            _day(criteria.since, criteria.since_time),
            replace(criteria, since=None, since_time=None),
        ),
        (
            _("bis %(text)s"),
            _day(criteria.until, criteria.until_time),
            replace(criteria, until=None, until_time=None),
        ),
        (_("ab %(text)s Punkten"), _points(criteria.low), replace(criteria, low=None)),
        (
            _("bis %(text)s Punkte"),
            _points(criteria.high),
            replace(criteria, high=None),
        ),
    ]
    return [
        ActiveFilter(label % {"text": show_line(text)}, list_url(without))
        for label, text, without in found
        if text
    ]


def _without_why(criteria: Criteria, reason: str) -> Criteria:
    return replace(criteria, why=tuple(one for one in criteria.why if one != reason))


def _period(when: str) -> str:
    return str(When(when).label) if when else ""


def _day(day: date | None, clock: time | None) -> str:
    if day is None:
        return ""
    told = f"{day.day}.{day.month}.{day.year}"
    return f"{told} {clock:%H:%M}" if clock else told


def _points(points: float | None) -> str:
    return "" if points is None else number_format(points)
