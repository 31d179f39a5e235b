"""How a reported verdict is told on a hold's page, and what can be reported now."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from quarantine.access.rights import Rights
from quarantine.models import Hold, VerdictReport
from quarantine.reporting import may_report
from quarantine.visible import show_line

Says = VerdictReport.Says
State = VerdictReport.State


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: what it says to the filter."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Report:
    """The panel: what was said and what came of it, what can be said now."""

    icon: str
    tone: str
    status: str
    reply: str
    choices: tuple[Choice, ...]
    can_undo: bool


def make_report(
    hold: Hold, last: VerdictReport | None, *, rights: Rights, is_admin: bool
) -> Report | None:
    """Return the panel; None where there is nothing to say and nothing was said."""
    choices = _choices(hold, last, rights=rights)
    if last is None:
        return Report("", "", "", "", choices, can_undo=False) if choices else None
    icon, tone, status = _status(last)
    return Report(
        icon=icon,
        tone=tone,
        status=status,
        reply=show_line(last.reply) if is_admin else "",
        choices=choices,
        can_undo=last.can_be_undone and rights.can_act,
    )


def _choices(
    hold: Hold, last: VerdictReport | None, *, rights: Rights
) -> tuple[Choice, ...]:
    labels = {Says.HAM: _("Ist erwünscht"), Says.SPAM: _("Ist Spam")}
    is_over = last is not None and last.state != State.FAILED
    said = last.says if last is not None and is_over else ""
    # What the filter says itself is no news to it, unless somebody has said otherwise.
    own = Says.SPAM if hold.category in {"spam", "phishing"} and not said else ""
    if last is not None and last.state == State.QUEUED:
        return ()
    return tuple(
        Choice(value, labels[value])
        for value in Says
        if value not in {said, own} and may_report(hold, value, rights=rights)
    )


def _status(last: VerdictReport) -> tuple[str, str, str]:
    word = _("erwünscht") if last.says == Says.HAM else _("Spam")
    icon, tone, text = {
        State.QUEUED: (
            "clock",
            "is-info",
            _("Gemeldet als «%(word)s». Der Filter erfährt es in wenigen Minuten."),
        ),
        State.SENT: ("ok", "is-good", _("Der Filter hat gelernt: «%(word)s».")),
        State.ALREADY_KNOWN: (
            "ok",
            "is-good",
            _("Der Filter kannte diese E-Mail schon als «%(word)s»."),
        ),
        State.FAILED: (
            "fail",
            "is-bad",
            _("Die Meldung als «%(word)s» ist gescheitert: %(why)s"),
        ),
    }[State(last.state)]
    if last.state == State.QUEUED and last.attempts_count:
        text = _(
            "Gemeldet als «%(word)s». Der Filter ist im Moment nicht erreichbar; wir "
            "versuchen es wieder."
        )
        tone = "is-warn"
    why = VerdictReport.Problem(last.problem).label if last.problem else ""
    return icon, tone, text % {"word": word, "why": why}
