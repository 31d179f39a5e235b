"""What the pages of domains show, decided before any template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.domain_names import to_unicode
from accounts.models import Domain
from cleanmail.domains.marks import ORDER, TONES, Mark, make_marks
from diagnostics.domain_rechecks import EVERY
from diagnostics.domain_verdict import Level, Station, judge
from diagnostics.models import Probe

POLICY = "policy"
# Name servers have a row of their own, but nothing to set up here.
STEPS = (
    Station.CONTROL,
    Station.NEXT_HOP,
    Station.MX,
    Station.SPF,
    Station.DKIM,
    Station.DMARC,
)


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of the line."""

    key: str
    number: int
    label: str
    state: str
    icon: str
    word: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Past:
    """One check of the past."""

    probe: Probe
    kind: str
    tone: str
    icon: str
    text: str


@dataclass(frozen=True, slots=True)
class DomainRow:
    """One domain in the list."""

    domain: Domain
    name: str
    tone: str
    icon: str
    text: str
    checked_at: datetime | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class DomainPage:
    """One domain, ready to be written."""

    domain: Domain
    name: str
    summary: str
    tone: str
    icon: str
    marks: tuple[Mark, ...]
    stops: tuple[Stop, ...]
    step: Mark | None
    step_number: int
    # Where to go on once this step is done; None when it is not, or all are.
    onward: Stop | None
    is_running: bool
    # Then the state comes first, else the step.
    is_set_up: bool
    checked_at: datetime | None
    next_at: datetime | None
    history: tuple[Past, ...]
    # Tells a page that asks again whether there is anything new.
    version: str

    @property
    def is_control(self) -> bool:
        """Whether the step is about who holds the domain."""
        return self.step is not None and self.step.station == Station.CONTROL

    @property
    def is_next_hop(self) -> bool:
        """Whether the step is about the next hop."""
        return self.step is not None and self.step.station == Station.NEXT_HOP


def make_rows(
    domains: Iterable[Domain],
    records: Mapping[UUID, Probe],
    next_hops: Mapping[UUID, Probe],
) -> list[DomainRow]:
    """Return the list, each domain with what is not right."""
    return [
        _row(domain, records.get(domain.pk), next_hops.get(domain.pk))
        for domain in domains
    ]


def _row(domain: Domain, records: Probe | None, next_hop: Probe | None) -> DomainRow:
    marks = make_marks(domain, records, next_hop)
    tone, icon, text = _summary(domain, marks, is_checked=records is not None)
    checked_at = records.finished_at if records else None
    return DomainRow(
        domain=domain,
        name=to_unicode(domain.name),
        tone=tone,
        icon=icon,
        text=text,
        checked_at=checked_at,
        next_at=_next_at(checked_at),
    )


def _summary(
    domain: Domain, marks: tuple[Mark, ...], *, is_checked: bool
) -> tuple[str, str, str]:
    """Return tone, icon and sentence: what matters most comes first."""
    control = marks[0]
    if not domain.is_verified:
        if domain.is_contested:
            return control.tone, control.icon, control.sentence
        text = _("Zeigen Sie zuerst, dass die Domain Ihnen gehört.")
        return "is-warn", "alert", text
    if not is_checked:
        return "is-off", "off", _("Die Domain ist bestätigt.")
    return _tell([(mark.label, mark.level) for mark in marks])


def _tell(stations: Sequence[tuple[str, Level]]) -> tuple[str, str, str]:
    """Return tone, icon and sentence for the worst of them."""
    for level, text in (
        (Level.FAIL, _("Nicht in Ordnung: %(labels)s.")),
        (Level.WARN, _("Zu beachten: %(labels)s.")),
        (Level.UNKNOWN, _("Noch offen: %(labels)s.")),
    ):
        labels = [label for label, its_level in stations if its_level == level]
        if labels:
            tone, icon = TONES[level]
            return tone, icon, text % {"labels": ", ".join(labels)}
    return (*TONES[Level.OK], _("Alles in Ordnung."))


def make_page(
    domain: Domain,
    *,
    records: Probe | None,
    next_hop: Probe | None,
    history: Sequence[Probe],
    station: str,
) -> DomainPage:
    """Judge the newest ended checks; show the wanted station, else the first open one.

    `history` is all checks, newest first, those included that still run.
    """
    marks = make_marks(domain, records, next_hop)
    by_station = {mark.station: mark for mark in marks}
    key = _choose(station, by_station)
    stops = _stops(by_station, key)
    tone, icon, summary = _summary(domain, marks, is_checked=records is not None)
    checked_at = records.finished_at if records else None
    return DomainPage(
        domain=domain,
        name=to_unicode(domain.name),
        summary=summary,
        tone=tone,
        icon=icon,
        marks=marks,
        stops=stops,
        step=next((mark for mark in marks if mark.station == key), None),
        step_number=next((stop.number for stop in stops if stop.is_current), 0),
        onward=_onward(stops, by_station, key),
        is_set_up=all(by_station[step].is_done for step in STEPS),
        is_running=any(not row.is_final for row in history),
        checked_at=checked_at,
        next_at=_next_at(checked_at),
        history=tuple(_past(row) for row in history if row.is_final),
        version="-".join(f"{row.pk.hex[-6:]}{row.state}" for row in history[:3]),
    )


def _choose(wanted: str, marks: Mapping[Station, Mark]) -> str:
    if wanted in {*ORDER, POLICY}:
        return wanted
    if marks[Station.CONTROL].level != Level.OK:
        return Station.CONTROL
    unfinished = (step for step in STEPS if not marks[step].is_done)
    return next(unfinished, POLICY)


def _onward(
    stops: Sequence[Stop], marks: Mapping[Station, Mark], key: str
) -> Stop | None:
    current = next((mark for mark in marks.values() if mark.station == key), None)
    if current is None or not current.is_done:
        return None
    to = _choose("", marks)
    return next((stop for stop in stops if stop.key == to and to != key), None)


def _stops(marks: Mapping[Station, Mark], key: str) -> tuple[Stop, ...]:
    stops = [
        _stop(step, number, str(step.label), marks[step], is_current=step == key)
        for number, step in enumerate(STEPS, 1)
    ]
    is_done = all(marks[step].is_done for step in STEPS)
    last = Mark(Station.CONTROL, Level.OK if is_done else Level.UNKNOWN, "")
    number = len(STEPS) + 1
    label = _("Regeln")
    return (*stops, _stop(POLICY, number, label, last, is_current=key == POLICY))


def _stop(key: str, number: int, label: str, mark: Mark, *, is_current: bool) -> Stop:
    if mark.is_done:
        state, icon, word = "is-done", "check", _("erledigt")
    elif is_current and mark.level != Level.FAIL:
        state, icon, word = "is-now", "", _("jetzt")
    elif mark.level == Level.FAIL:
        state, icon, word = "is-fail", "x", _("nicht in Ordnung")
    else:
        state, icon, word = "is-next", "", _("noch offen")
    return Stop(str(key), number, label, state, icon, word, is_current)


def _past(probe: Probe) -> Past:
    """Say in one line what a check has found."""
    kind = str(probe.get_kind_display())
    if probe.state != Probe.State.FINISHED:
        return Past(probe, kind, "is-off", "off", str(probe.get_note_display()))
    findings = judge(probe)
    if probe.kind == Probe.Kind.NEXT_HOP:
        only = findings[0]
        return Past(probe, kind, *TONES[only.level], only.sentence)
    return Past(probe, kind, *_tell([(item.label, item.level) for item in findings]))


def _next_at(checked_at: datetime | None) -> datetime | None:
    return checked_at + EVERY if checked_at else None
