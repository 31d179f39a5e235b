"""What a hold's page says: why it is held, how its release went, what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from quarantine.access.rights import Rights
from quarantine.models import Hold, HoldRequest, ReleaseAttempt
from quarantine.presentation.acts import Acts, make_acts
from quarantine.presentation.answer import Answer, make_answer
from quarantine.presentation.attempt import find_reason
from quarantine.presentation.request import history_of
from quarantine.presentation.rows import (
    category_mark,
    clock_time,
    decider,
    poll_seconds,
    reply_text,
    told_time,
)
from quarantine.states import REPEATABLE, State
from quarantine.visible import show_line

Outcome = ReleaseAttempt.Outcome
# After these a release goes on.
PASSING = frozenset({Outcome.DEFERRED, Outcome.UNREACHED})


@dataclass(frozen=True, slots=True)
class Station:
    """A station of the release on its way."""

    state: str
    label: str
    fact: str

    @property
    def icon(self) -> str:
        """The sign in its dot."""
        return {"is-done": "check", "is-fail": "x"}.get(self.state, "")

    @property
    def word(self) -> str:
        """What the dot means, for who cannot see it."""
        return {
            "is-done": _("in Ordnung"),
            "is-fail": _("gescheitert"),
            "is-now": _("läuft"),
        }.get(self.state, _("noch nicht erreicht"))


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """Something that happened to the hold."""

    at: str
    what: str
    who: str


@dataclass(frozen=True, slots=True)
class Status:
    """Everything of the page that changes when the hold does."""

    answer: Answer
    stations: tuple[Station, ...]
    acts: Acts
    history: tuple[HistoryLine, ...]
    poll_seconds: int


def make_status(
    hold: Hold,
    attempts: Sequence[ReleaseAttempt],
    *,
    rights: Rights,
    requests: Sequence[HoldRequest] = (),
) -> Status:
    """Return what the page says now."""
    last = _latest(hold, attempts)
    return Status(
        answer=make_answer(hold, last, rights=rights, requests=requests),
        stations=_stations(hold, last),
        acts=make_acts(hold, rights=rights),
        history=_history(hold, attempts, requests),
        poll_seconds=poll_seconds(hold),
    )


def _latest(hold: Hold, attempts: Sequence[ReleaseAttempt]) -> ReleaseAttempt | None:
    """Return the latest try, unless it ended a release before the one on the way."""
    last = attempts[-1] if attempts else None
    is_on_the_way = hold.state == State.RELEASING
    if last is None or (is_on_the_way and last.outcome not in PASSING):
        return None
    return last


def _stations(hold: Hold, last: ReleaseAttempt | None) -> tuple[Station, ...]:
    if hold.state not in {State.RELEASING, *REPEATABLE}:
        return ()
    released = Station(
        "is-done", _("Freigegeben"), f"{decider(hold)}, {clock_time(hold.decided_at)}"
    )
    if last is None:
        now = "is-now" if hold.state == State.RELEASING else "is-next"
        return (
            released,
            Station(now, _("Übergeben"), ""),
            Station("is-next", _("Angenommen"), ""),
        )
    handed, accepted, word = {
        Outcome.ACCEPTED: ("is-done", "is-done", _("Angenommen")),
        Outcome.REJECTED: ("is-done", "is-fail", _("Abgelehnt")),
        Outcome.DEFERRED: ("is-done", "is-now", _("Aufgeschoben")),
        Outcome.UNSURE: ("is-done", "is-now", _("Antwort fehlt")),
        Outcome.UNREACHED: ("is-now", "is-next", _("Angenommen")),
    }[Outcome(last.outcome)]
    if hold.state == State.FAILED:
        handed, accepted = (
            "is-fail" if s == "is-now" else s for s in (handed, accepted)
        )
    return (
        released,
        Station(handed, _("Übergeben"), show_line(last.next_hop)),
        Station(accepted, word, "" if accepted == "is-next" else _lasted(last)),
    )


def _lasted(attempt: ReleaseAttempt) -> str:
    seconds = (attempt.finished_at - attempt.started_at).total_seconds()
    time = clock_time(attempt.finished_at)
    if seconds < 0.1:
        said = {"time": time, "milliseconds": f"{seconds * 1000:.0f}"}
        return _("%(time)s, nach %(milliseconds)s ms") % said
    said = {"time": time, "seconds": f"{seconds:.1f}"}
    return _("%(time)s, nach %(seconds)s s") % said


def _history(
    hold: Hold,
    attempts: Sequence[ReleaseAttempt],
    requests: Sequence[HoldRequest],
) -> tuple[HistoryLine, ...]:
    lines: list[tuple[datetime, str, str]] = [
        (
            hold.received_at,
            _("Zurückgehalten: %(why)s") % {"why": category_mark(hold.category).label},
            _("Filter"),
        )
    ]
    decided = {
        State.REQUESTED: _("Freigabe angefragt"),
        State.DISCARDED: _("Verworfen"),
    }.get(State(hold.state), _("Freigegeben"))
    is_told = hold.state == State.REQUESTED and bool(requests)
    if hold.decided_at is not None and hold.state != State.EXPIRED and not is_told:
        lines.append((hold.decided_at, decided, decider(hold)))
    lines += history_of(requests)
    lines += [
        (attempt.finished_at, _outcome_line(attempt), _("Cleanmail"))
        for attempt in attempts
    ]
    if len(lines) == 1:
        # The page's head says as much.
        return ()
    lines.sort(key=lambda line: line[0], reverse=True)
    return tuple(HistoryLine(told_time(at), what, who) for at, what, who in lines)


def _outcome_line(attempt: ReleaseAttempt) -> str:
    reason = find_reason(attempt)
    if reason is not None and attempt.outcome != Outcome.DEFERRED:
        return reason.cause
    said = {"host": show_line(attempt.next_hop), "reply": reply_text(attempt)}
    what = {
        Outcome.ACCEPTED: _("Angenommen von %(host)s: %(reply)s"),
        Outcome.DEFERRED: _("Aufgeschoben von %(host)s: %(reply)s"),
        Outcome.REJECTED: _("Abgelehnt von %(host)s: %(reply)s"),
    }[Outcome(attempt.outcome)]
    return what % said
