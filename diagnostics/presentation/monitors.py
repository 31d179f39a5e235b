"""What the pages of monitors show, decided before any template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.bar_chart import Chart, draw
from accounts.models.people import today
from diagnostics.models import Monitor, MonitorChange, MonitorDay, Probe
from diagnostics.monitor_states import state_of
from diagnostics.monitor_wording import state_texts, subject_text

DAYS = 30


@dataclass(frozen=True, slots=True)
class StateShown:
    """A state with its sign."""

    tone: str
    icon: str
    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class IntervalChoice:
    """One interval to choose."""

    minutes: int
    label: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class MonitorRow:
    """One monitor in the list."""

    monitor: Monitor
    subject: str
    now: StateShown
    intervals: tuple[IntervalChoice, ...]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change of state, and how long it lasted."""

    at: datetime
    until: datetime | None
    state: StateShown
    probe: Probe | None


@dataclass(frozen=True, slots=True)
class RunRow:
    """One probe of the monitor."""

    probe: Probe
    state: StateShown


@dataclass(frozen=True, slots=True)
class DayShown:
    """One day of the picture."""

    day: date
    wide: int
    narrow: int


@dataclass(frozen=True, slots=True)
class MonitorPage:
    """One monitor with its history."""

    monitor: Monitor
    subject: str
    now: StateShown
    chart: Chart | None
    chart_text: str
    changes: tuple[ChangeRow, ...]
    runs: tuple[RunRow, ...]
    intervals: tuple[IntervalChoice, ...]


def make_rows(
    monitors: Iterable[Monitor], latest: Mapping[UUID, MonitorChange]
) -> list[MonitorRow]:
    """Return the rows of the list; the last change of each shows what was found."""
    return [
        MonitorRow(
            monitor,
            subject_text(monitor),
            _now(monitor, latest.get(monitor.pk)),
            _intervals(monitor),
        )
        for monitor in monitors
    ]


def make_page(
    monitor: Monitor,
    changes: Sequence[MonitorChange],
    days: Sequence[MonitorDay],
    runs: Sequence[Probe],
) -> MonitorPage:
    """Return the page of one monitor."""
    return MonitorPage(
        monitor=monitor,
        subject=subject_text(monitor),
        now=_now(monitor, changes[0] if changes else None),
        chart=draw(_fill(days)) if days else None,
        chart_text=_chart_text(days),
        changes=tuple(_change_rows(changes)),
        runs=tuple(RunRow(probe, _run_state(probe)) for probe in runs),
        intervals=_intervals(monitor),
    )


def _intervals(monitor: Monitor) -> tuple[IntervalChoice, ...]:
    return tuple(
        IntervalChoice(minutes, str(label), minutes == monitor.interval)
        for minutes, label in Monitor.Interval.choices
    )


def _now(monitor: Monitor, latest: MonitorChange | None) -> StateShown:
    shown = _state(monitor.state, latest.probe if latest else None)
    if not monitor.is_on:
        return StateShown("is-off", "off", shown.text, shown.remedy)
    return shown


def _state(state: str, probe: Probe | None) -> StateShown:
    text, remedy = state_texts(state, probe)
    if not state:
        return StateShown("is-off", "clock", text)
    if state == Monitor.HEALTHY:
        return StateShown("is-good", "ok", text)
    return StateShown("is-bad", "fail", text, remedy)


def _run_state(probe: Probe) -> StateShown:
    if not probe.is_final:
        return StateShown("is-info", "spinner", probe.get_state_display())
    if probe.state != Probe.State.FINISHED:
        return StateShown("is-warn", "alert", probe.get_note_display())
    return _state(state_of(probe), probe)


def _change_rows(changes: Sequence[MonitorChange]) -> Iterable[ChangeRow]:
    until: datetime | None = None
    for change in changes:
        state = _state(change.state, change.probe)
        yield ChangeRow(change.at, until, state, change.probe)
        until = change.at


def _fill(days: Sequence[MonitorDay]) -> list[DayShown]:
    """Return all days of the picture, those without a run as well."""
    by_day = {one.day: one for one in days}
    shown = []
    for back in range(DAYS - 1, -1, -1):
        day = today() - timedelta(days=back)
        one = by_day.get(day)
        shown.append(DayShown(day, one.runs if one else 0, one.disturbed if one else 0))
    return shown


def _chart_text(days: Sequence[MonitorDay]) -> str:
    bad = [one for one in days if one.disturbed]
    if not bad:
        return _("In dieser Zeit fand keine Prüfung ein Hindernis.")
    text = ngettext(
        "An %(count)d Tag fanden Prüfungen ein Hindernis.",
        "An %(count)d Tagen fanden Prüfungen ein Hindernis.",
        len(bad),
    )
    return text % {"count": len(bad)}
