"""What the pages of support cases show, decided before any template."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from diagnostics.causes import CATALOGUE, title_and_remedy
from diagnostics.models import Case, CaseMessage, Evidence, Probe
from diagnostics.presentation.probes import ProbePage, make_page
from diagnostics.presentation.side_by_side import Table, columns_by_vantage, make_table
from diagnostics.report import make_report
from diagnostics.stored_verdicts import judge_stored

TONES = {
    Case.State.OPEN: ("is-warn", "clock"),
    Case.State.ANSWERED: ("is-accent", "mail"),
    Case.State.CLOSED: ("is-off", "ok"),
}


@dataclass(frozen=True, slots=True)
class Badge:
    """Where a case stands."""

    tone: str
    icon: str
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the history."""

    at: datetime
    who: str
    what: str
    text: str
    is_staff: bool
    is_internal: bool
    is_judged: bool = False
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is sent: the probe's verdict, every observation, each path and dialogue."""

    page: ProbePage
    table: Table
    paths: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ListRow:
    """One case in the list."""

    case: Case
    title: str
    badge: Badge


def make_list(cases: Iterable[Case]) -> list[ListRow]:
    """Return the rows of the list."""
    return [ListRow(case, title_of(case), badge_of(case)) for case in cases]


def title_of(case: Case) -> str:
    """Return what the case is about: its cause, in the reader's language."""
    return cause_title(case.first_cause) or _("Verbindung zum Outbound Scanner")


def cause_title(slug: str) -> str:
    """Return the sentence that names a cause, empty for none."""
    if slug not in CATALOGUE:
        return ""
    language = translation.get_language() or "de"
    return title_and_remedy(slug, language)[0]


def badge_of(case: Case) -> Badge:
    """Return whose turn it is."""
    state = Case.State(case.state)
    return Badge(*TONES[state], text=str(state.label))


def make_sheet(probe: Probe, evidence: list[Evidence]) -> Sheet:
    """Return everything that the probe has seen, as it is sent and as it is shown."""
    columns = columns_by_vantage(evidence)
    return Sheet(
        page=make_page(probe, evidence),
        table=make_table(columns),
        paths=tuple(
            (item.subject, "\n".join(item.transcript))
            for item in evidence
            if item.check_name == "path" and item.transcript
        ),
    )


def make_history(case: Case, messages: Iterable[CaseMessage]) -> list[Step]:
    """Return what happened, the opening first; support has no name for customers."""
    opening = Step(
        case.opened_at,
        str(case.opened_by or ""),
        _("Fall eröffnet"),
        "",
        is_staff=False,
        is_internal=False,
    )
    return [opening, *(_step(message) for message in messages)]


def _step(message: CaseMessage) -> Step:
    who = _("Support") if message.is_staff else str(message.author or "")
    return Step(
        message.created_at,
        who,
        str(CaseMessage.Kind(message.kind).label),
        message.text,
        is_staff=message.is_staff,
        is_internal=message.kind in CaseMessage.INTERNAL,
        is_judged=message.kind == CaseMessage.Kind.JUDGED,
        before=_named(message.detail.get("before", [])),
        after=_named(message.detail.get("after", [])),
    )


def _named(causes: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(f"{one['slug']}, {round(one['confidence'] * 100)} %" for one in causes)


def make_export(
    case: Case, evidence: list[Evidence], messages: Iterable[CaseMessage]
) -> dict[str, Any]:
    """Return the case as others read it: the report of its probe, and what was said."""
    probe = case.probe
    started_at = probe.started_at or probe.created_at
    ended_at = probe.finished_at or started_at
    report = make_report(
        [item.as_observation() for item in evidence],
        judge_stored(probe),
        started_at=started_at,
        seconds=(ended_at - started_at).total_seconds(),
        language=translation.get_language() or "de",
    )
    for written, item in zip(report["evidence"], evidence, strict=True):
        written["vantage"] = item.vantage
    return report | {"case": _case_fields(case, messages)}


def _case_fields(case: Case, messages: Iterable[CaseMessage]) -> dict[str, Any]:
    probe = case.probe
    return {
        "number": case.number,
        "state": case.state,
        "opened_at": _time(case.opened_at),
        "opened_by": str(case.opened_by or ""),
        "public_address": case.public_address,
        "error_text": case.error_text,
        "traceroute": case.traceroute,
        "settings": {
            "host": probe.configured_host,
            "port": probe.configured_port,
            "username": probe.username,
        },
        "messages": [
            {
                "at": _time(message.created_at),
                "by": "support" if message.is_staff else "customer",
                "kind": message.kind,
                "text": message.text,
            }
            for message in messages
        ],
    }


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(tz=UTC):%Y-%m-%dT%H:%M:%SZ}"
