"""What the page of a probe says while others are before it at the same server."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnostics.presentation.answer import Answer
from diagnostics.presentation.probes import ProbePage

Place = tuple[int, datetime]


def put_in_line(page: ProbePage, place: Place) -> ProbePage:
    """Return the page that says how many are before it, and about when it begins."""
    ahead, begins_at = place
    answer = _make_answer(ahead, begins_at)
    return replace(page, answer=answer, version=f"line-{ahead}-{begins_at:%M%S}")


def _make_answer(ahead: int, begins_at: datetime) -> Answer:
    cause = _("Bei diesem Server ist gerade kein Platz frei.")
    if ahead:
        text = ngettext(
            "Vor Ihrer Prüfung ist noch %(count)d an der Reihe.",
            "Vor Ihrer Prüfung sind noch %(count)d an der Reihe.",
            ahead,
        )
        cause = text % {"count": ahead}
    todo = _(
        "Wir prüfen einen Server nicht zu oft auf einmal. Ihre Prüfung beginnt von "
        "selbst, etwa um %(time)s. Sie können die Seite verlassen."
    ) % {"time": date_format(timezone.localtime(begins_at), "H:i:s")}
    return Answer("is-info", "clock", _("Wartet"), cause, todo)
