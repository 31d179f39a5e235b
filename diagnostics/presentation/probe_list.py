"""What the list of probes shows, decided before any template."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.keyset import Page, Place
from diagnostics.causes import CATALOGUE, title_and_remedy
from diagnostics.models import Probe
from diagnostics.search import Criteria


@dataclass(frozen=True, slots=True)
class ListRow:
    """One probe in the list."""

    probe: Probe
    tone: str
    icon: str
    text: str


@dataclass(frozen=True, slots=True)
class ProbeList:
    """One page of the list."""

    rows: tuple[ListRow, ...]
    newer_query: str
    older_query: str
    is_filtered: bool


def make_list(page: Page[Probe], criteria: Criteria) -> ProbeList:
    """Return the page with the way to its neighbours."""
    return ProbeList(
        rows=tuple(_row(probe) for probe in page.rows),
        newer_query=_query(criteria, "before", page.before),
        older_query=_query(criteria, "after", page.after),
        is_filtered=criteria != Criteria(),
    )


def _query(criteria: Criteria, side: str, place: Place | None) -> str:
    if place is None:
        return ""
    said = {"show": criteria.show, "cause": criteria.cause, side: str(place)}
    return f"?{urlencode({name: value for name, value in said.items() if value})}"


def _row(probe: Probe) -> ListRow:
    if probe.first_cause in CATALOGUE:
        language = translation.get_language() or "de"
        title, _remedy = title_and_remedy(probe.first_cause, language)
        return ListRow(probe, "is-bad", "fail", title)
    if probe.state == Probe.State.FINISHED:
        return ListRow(probe, "is-good", "ok", _("von hier aus alles in Ordnung"))
    if probe.is_final:
        return ListRow(probe, "is-warn", "alert", probe.get_note_display())
    return ListRow(probe, "is-info", "spinner", probe.get_state_display())
