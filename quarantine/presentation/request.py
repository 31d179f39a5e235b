"""How a request for release stands, in words: who asked, why, what was answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from quarantine.models import Hold, HoldRequest
from quarantine.presentation.rows import decider, denier, told_time
from quarantine.states import State
from quarantine.visible import show_line

Answer = HoldRequest.State


def tell_requests(
    hold: Hold, requests: Sequence[HoldRequest], *, decides: bool
) -> tuple[str, ...]:
    """Say who asked for the release, who decides, and whether it was denied before."""
    hints = []
    if hold.state == State.REQUESTED:
        said = {"who": decider(hold), "time": told_time(hold.decided_at)}
        asked = (
            _("Freigabe angefragt: %(who)s, %(time)s. Sie entscheiden.")
            if decides
            else _(
                "Freigabe angefragt: %(who)s, %(time)s. Der Administrator entscheidet."
            )
        )
        hints.append(_with_words(asked % said, _reason(requests)))
    if hold.denied_at is not None:
        said = {"who": denier(hold), "time": told_time(hold.denied_at)}
        denied = (
            _("Eine frühere Anfrage wurde abgelehnt: %(who)s, %(time)s.")
            if hold.state == State.REQUESTED
            else _(
                "Der Administrator hat die Anfrage zur Freigabe abgelehnt: %(who)s, "
                "%(time)s."
            )
        )
        hints.append(_with_words(denied % said, _denial(requests)))
    return tuple(hints)


def history_of(
    requests: Sequence[HoldRequest],
) -> Iterator[tuple[datetime, str, str]]:
    """Yield when something was asked or answered, what, and by whom."""
    answers = {
        Answer.DENIED: _("Anfrage abgelehnt"),
        Answer.WITHDRAWN: _("Anfrage zurückgezogen"),
    }
    for one in requests:
        asked = _with_words(_("Freigabe angefragt"), one.reason)
        yield one.asked_at, asked, _name(one.asked_by)
        if one.decided_at is not None and one.state in answers:
            what = _with_words(answers[Answer(one.state)], one.answer)
            yield one.decided_at, what, _name(one.decided_by)


def _reason(requests: Sequence[HoldRequest]) -> str:
    return next((one.reason for one in requests if one.state == Answer.OPEN), "")


def _denial(requests: Sequence[HoldRequest]) -> str:
    return next((one.answer for one in requests if one.state == Answer.DENIED), "")


def _with_words(sentence: str, words: str) -> str:
    """Add what a person wrote, as theirs."""
    return f"{sentence} «{show_line(words)}»" if words else sentence


def _name(person: User | None) -> str:
    return show_line(str(person)) if person else ""
