"""What support sees of a case in Django admin: all of it, on one screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import Domain, OutboundAccount
from diagnostics.models import Case, CaseMessage, Evidence, Probe
from diagnostics.presentation.cases import (
    Badge,
    Sheet,
    Step,
    badge_of,
    cause_title,
    make_history,
    make_sheet,
    title_of,
)
from diagnostics.presentation.side_by_side import (
    Column,
    Table,
    columns_by_vantage,
    make_table,
)

CHOICES = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """Another probe of the customer, to compare with."""

    probe: Probe
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """One case, ready to be written for support."""

    case: Case
    title: str
    badge: Badge
    verdict: tuple[tuple[str, int, str], ...]
    sheet: Sheet
    history: tuple[Step, ...]
    domains: tuple[str, ...]
    accounts: tuple[str, ...]
    machine: str
    choices: tuple[Choice, ...]
    comparison: Table | None


def make_desk(case: Case, other: Probe | None) -> Desk:
    """Read everything about the case; with another probe compare the two."""
    evidence = _evidence_of(case.probe)
    return Desk(
        case=case,
        title=title_of(case),
        badge=badge_of(case),
        verdict=tuple(
            (one["slug"], round(one["confidence"] * 100), cause_title(one["slug"]))
            for one in case.verdict
        ),
        sheet=make_sheet(case.probe, evidence),
        history=tuple(_history(case)),
        domains=_names(Domain.objects.filter(customer=case.customer_id), "name"),
        accounts=_names(
            OutboundAccount.objects.filter(customer=case.customer_id, ended_at=None),
            "username",
        ),
        machine=_machine_of(case.probe),
        choices=tuple(_choices(case, other)),
        comparison=_compare(case.probe, evidence, other) if other else None,
    )


def find_other(case: Case, key: str) -> Probe | None:
    """Return the customer's probe with that key, None for anything else."""
    return next((one for one in _others(case) if str(one.pk) == key), None)


def _others(case: Case) -> Iterable[Probe]:
    theirs = Probe.objects.filter(
        customer=case.customer_id, kind=Probe.Kind.OUTBOUND
    ).exclude(pk=case.probe_id)
    return theirs.exclude(state__in=Probe.UNFINISHED).order_by("-created_at")[:CHOICES]


def _choices(case: Case, other: Probe | None) -> Iterable[Choice]:
    for probe in _others(case):
        result = cause_title(probe.first_cause) or probe.get_state_display()
        text = f"{_moment(probe)}: {result}"
        yield Choice(probe, text, is_chosen=other is not None and probe.pk == other.pk)


def _history(case: Case) -> Iterable[Step]:
    """Name who of support did what, unlike what the customer reads."""
    messages = list(case.messages.select_related("author"))
    opening, *steps = make_history(case, messages)
    yield opening
    for step, message in zip(steps, messages, strict=True):
        yield replace(step, who=_author(message)) if message.is_staff else step


def _author(message: CaseMessage) -> str:
    name = str(message.author or "")
    return _("%(name)s, Support") % {"name": name} if name else _("Support")


def _compare(probe: Probe, evidence: list[Evidence], other: Probe) -> Table:
    columns = [
        *_columns(_("Dieser Fall"), probe, evidence),
        *_columns(_("Andere Prüfung"), other, _evidence_of(other)),
    ]
    return make_table(columns)


def _columns(name: str, probe: Probe, evidence: list[Evidence]) -> Iterable[Column]:
    columns = columns_by_vantage(evidence)
    for column in columns:
        label = f"{name}, {_moment(probe)}"
        if len(columns) > 1:
            label = f"{label}: {column.label}"
        yield replace(column, label=label)


def _moment(probe: Probe) -> str:
    return date_format(localtime(probe.created_at), "SHORT_DATETIME_FORMAT")


def _evidence_of(probe: Probe) -> list[Evidence]:
    return list(probe.evidence.order_by("ordinal"))


def _machine_of(probe: Probe) -> str:
    """Return what the agent says of the machine it ran on, empty if it never ran."""
    run = probe.agent_runs.order_by("-number").first()
    return ", ".join(str(said) for said in run.machine.values() if said) if run else ""


def _names(rows: Iterable[object], column: str) -> tuple[str, ...]:
    return tuple(sorted(str(getattr(row, column)) for row in rows))
