"""What the pages about a bulk job say: what is selected, then how far the work is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.tenancy import Actor
from accounts.time_zones import find_zone
from quarantine.access.bulk_jobs import Tally, tally
from quarantine.access.rights import get_rulebook
from quarantine.criteria import Criteria, Show
from quarantine.models import BulkJob, BulkJobItem
from quarantine.presentation.filters import ActiveFilter, list_url, make_active
from quarantine.presentation.rows import Row, make_rows, short_time
from quarantine.selection import list_selected
from quarantine.states import State
from quarantine.visible import show_line

Action = BulkJob.Action
Outcome = BulkJobItem.Outcome
COUNT_MAX = 1000
SAMPLE_ROWS = 10
JOBS_SHOWN = 50
WORKING_SECONDS, LEAVING_SECONDS = 2, 5
TITLES: dict[str, Promise] = {
    "": gettext_lazy("Auswahl"),
    Action.RELEASE: gettext_lazy("E-Mails freigeben"),
    Action.DISCARD: gettext_lazy("E-Mails verwerfen"),
    Action.UNDO: gettext_lazy("E-Mails zurückholen"),
    Action.RETRY: gettext_lazy("Erneut versuchen"),
}


@dataclass(frozen=True, slots=True)
class Preview:
    """A selection before anything is done with it."""

    job: BulkJob
    count: int
    told: str
    filters: list[ActiveFilter]
    view: str
    rows: list[Row]
    list_url: str
    is_discarded: bool
    bound: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the numbers of a job."""

    label: str
    count: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is."""

    job: BulkJob
    title: str
    kicker: str
    tone: str
    icon: str
    cause: str
    todo: str
    done: int
    total: int
    figures: list[Figure]
    poll_seconds: int
    can_cancel: bool
    can_retry: bool
    list_url: str


@dataclass(frozen=True, slots=True)
class Line:
    """A job in the list of jobs."""

    url: str
    title: str
    at: str
    who: str
    told: str
    state: str


def make_preview(actor: Actor, job: BulkJob) -> Preview:
    """Return what is selected: how many, by which search, the first of them."""
    criteria = Criteria.parse(job.query)
    selected = list_selected(job, actor)
    order = ("-received_at", "-id") if actor.is_admin else ()
    count = selected.order_by(*order)[: COUNT_MAX + 1].count()
    sample = selected.order_by("-received_at", "-id")[:SAMPLE_ROWS]
    text = ngettext("%(count)s E-Mail", "%(count)s E-Mails", count)
    with timezone.override(find_zone(job.zone)):
        bound = short_time(job.bound_at)
    return Preview(
        job=job,
        count=count,
        told=text % {"count": _count_text(count)},
        filters=_filters(criteria),
        view=str(Show(criteria.show).label) if criteria.show else _("Offene"),
        rows=make_rows(sample, rulebook=get_rulebook(actor)),
        list_url=list_url(criteria),
        is_discarded=criteria.show == Show.DISCARDED,
        bound=bound,
    )


def make_progress(actor: Actor, job: BulkJob) -> Progress:
    """Return how far the job is, and whether releases are still on their way."""
    found = tally(actor, job)
    leaving = _count(found, Outcome.DONE, State.RELEASING) if job.is_release else 0
    failed = _count(found, Outcome.DONE, State.FAILED)
    decided = job.total_count - job.left_count
    unsure = _count(found, Outcome.DONE, State.UNSURE)
    is_whole = not (failed or unsure or job.reserved_count or job.taken_count)
    tone, icon, kicker = _mood(job, leaving, is_whole=is_whole)
    return Progress(
        job=job,
        title=str(TITLES[job.action]),
        kicker=kicker,
        tone=tone,
        icon=icon,
        cause=_cause(job, decided),
        todo=_todo(job, leaving),
        done=decided,
        total=max(job.total_count, 1),
        figures=_figures(job, found),
        poll_seconds=_poll_seconds(job, leaving),
        can_cancel=job.is_open,
        can_retry=bool(failed) and job.is_release and not job.is_open,
        list_url=list_url(Criteria.parse(job.query)),
    )


def make_lines(jobs: Iterable[BulkJob]) -> list[Line]:
    """Return the latest jobs, as their list shows them."""
    return [
        Line(
            url=reverse("quarantine:bulk_job", args=[job.pk]),
            title=str(TITLES[job.action]),
            at=short_time(job.created_at),
            who=show_line(str(job.owner)),
            told=number_format(job.total_count) if job.gathered_at else "–",
            state=str(BulkJob.State(job.state).label),
        )
        for job in list(jobs[:JOBS_SHOWN])  # type: ignore[index]  # a QuerySet
    ]


def _filters(criteria: Criteria) -> list[ActiveFilter]:
    active = make_active(criteria, address=criteria.to)
    words = " ".join(criteria.words)
    return [ActiveFilter(f"«{words}»", ""), *active] if words else active


def _mood(job: BulkJob, leaving: int, *, is_whole: bool) -> tuple[str, str, str]:
    state = BulkJob.State(job.state)
    if job.is_open:
        return "is-info", "spinner", str(state.label)
    if state == BulkJob.State.FINISHED and leaving:
        return "is-info", "spinner", _("wird zugestellt")
    if state == BulkJob.State.FINISHED and not is_whole:
        return "is-warn", "alert", _("Fertig, mit Ausnahmen")
    return {
        BulkJob.State.FINISHED: ("is-good", "ok", _("Fertig")),
        BulkJob.State.CANCELLED: ("is-info", "info", _("Abgebrochen")),
    }.get(state, ("is-bad", "alert", _("Angehalten")))


def _cause(job: BulkJob, decided: int) -> str:
    if job.gathered_at is None and job.is_open:
        said = {"count": number_format(job.total_count)}
        return _("%(count)s E-Mails gefunden, wir suchen weiter") % said
    said = {"done": number_format(decided), "all": number_format(job.total_count)}
    return _("%(done)s von %(all)s E-Mails erledigt") % said


def _todo(job: BulkJob, leaving: int) -> str:
    if job.stop:
        return _(
            "Wer den Auftrag gab, hat das Recht dazu nicht mehr. "
            "Was noch nicht an der Reihe war, blieb wie es ist."
        )
    if job.state == BulkJob.State.CANCELLED:
        return _("Was noch nicht an der Reihe war, blieb wie es ist.")
    if job.is_open:
        return _("Sie können die Seite verlassen. Es geht ohne Sie weiter.")
    if leaving:
        text = ngettext(
            "%(count)s E-Mail ist noch auf dem Weg zum empfangenden Server.",
            "%(count)s E-Mails sind noch auf dem Weg zum empfangenden Server.",
            leaving,
        )
        return text % {"count": number_format(leaving)}
    return ""


def _figures(job: BulkJob, found: Tally) -> list[Figure]:
    if job.is_release:
        counts = [
            (_("zugestellt"), _count(found, Outcome.DONE, State.RELEASED)),
            (_("auf dem Weg"), _count(found, Outcome.DONE, State.RELEASING)),
            (_("gescheitert"), _count(found, Outcome.DONE, State.FAILED)),
            (_("ungewiss"), _count(found, Outcome.DONE, State.UNSURE)),
        ]
    else:
        counts = [(_("erledigt"), job.done_count)]
    counts += [
        (_("schon vorher entschieden"), job.taken_count),
        (_("dürfen Sie so nicht freigeben"), job.reserved_count),
        (_("noch nicht an der Reihe"), job.left_count),
    ]
    return [Figure(label, number_format(count)) for label, count in counts if count]


def _poll_seconds(job: BulkJob, leaving: int) -> int:
    if job.is_open:
        return WORKING_SECONDS
    return LEAVING_SECONDS if leaving else 0


def _count(found: Tally, outcome: str, state: str) -> int:
    return found[outcome, state]


def _count_text(count: int) -> str:
    if count > COUNT_MAX:
        return _("über %(count)s") % {"count": number_format(COUNT_MAX)}
    return str(number_format(count))
