"""What the overview says, decided before any template."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.bar_chart import Chart, draw
from accounts.models.customers import Category
from cleanmail.domains.presentation import DomainRow
from quarantine.day_counts import Figures, Summary
from quarantine.presentation.list import count_text

RANGES = (7, 30, 90)
USUAL_RANGE = 30
# From so many on, and at that share, a filter is worth a look.
OFTEN_RELEASED, OFTEN_PERCENT = 5, 50


@dataclass(frozen=True, slots=True)
class Choice:
    """One time span to choose."""

    days: int
    label: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table of figures."""

    name: str
    note: str
    held: int
    released: int
    percent: str
    reported: int = 0


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The page, ready to be written."""

    days: int
    choices: list[Choice]
    summary: Summary
    chart: Chart | None
    chart_text: str
    categories: list[Row]
    senders: list[Row]
    released_share: str
    reported_share: str
    requests: int
    requests_text: str
    domains: list[DomainRow]


def make_dashboard(
    summary: Summary, *, days: int, requests: int, domains: list[DomainRow]
) -> Dashboard:
    """Return the page of those figures."""
    return Dashboard(
        days=days,
        choices=[
            Choice(it, _("%(days)d Tage") % {"days": it}, it == days) for it in RANGES
        ],
        summary=summary,
        chart=draw(summary.days) if summary.held else None,
        chart_text=_chart_text(summary),
        categories=[_category(row) for row in summary.categories],
        senders=[_sender(row) for row in summary.senders],
        released_share=_percent(summary.released, summary.held),
        reported_share=_percent(summary.reported, summary.held),
        requests=requests,
        requests_text=count_text(requests),
        domains=domains,
    )


def _chart_text(summary: Summary) -> str:
    most = max(summary.days, key=lambda day: day.held)
    return _(
        "Am meisten am %(day)s: %(held)s zurückgehalten, "
        "davon %(released)s freigegeben."
    ) % {
        "day": f"{most.day:%d.%m.%Y}",
        "held": number_format(most.held),
        "released": number_format(most.released),
    }


def _category(row: Figures) -> Row:
    name = str(Category(row.category).label)
    percent = _percent(row.released, row.held)
    return Row(name, "", row.held, row.released, percent, row.reported)


def _sender(row: Figures) -> Row:
    note = str(Category(row.category).label)
    is_often = row.released * 100 >= row.held * OFTEN_PERCENT
    if row.held >= OFTEN_RELEASED and is_often:
        note = _("%(category)s, meist freigegeben") % {"category": note}
    percent = _percent(row.released, row.held)
    return Row(row.name, note, row.held, row.released, percent)


def _percent(part: int, whole: int) -> str:
    if not whole:
        return "–"
    return f"{number_format(part * 100 / whole, 1)} %"
