"""What became of each hold of a bulk job, page by page."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.tenancy import Actor
from quarantine.access.bulk_jobs import TROUBLED, list_items
from quarantine.models import BulkJob, BulkJobItem
from quarantine.presentation.rows import Mark, sender_name, state_mark, subject_text
from quarantine.states import State
from quarantine.visible import show_line

PAGE_ITEMS = 50


@dataclass(frozen=True, slots=True)
class Item:
    """A hold of the job and what became of it."""

    url: str
    subject: str
    sender: str
    recipient: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Items:
    """A page of them, and where the next begins."""

    rows: list[Item]
    is_troubled: bool
    all_url: str
    troubled_url: str
    troubled_label: str
    next_url: str


def make_items(
    actor: Actor, job: BulkJob, *, after: int = 0, is_troubled: bool = False
) -> Items:
    """Return a page of the job's holds, by key: depth costs nothing."""
    found = list_items(actor, job).filter(pk__gt=after)
    if is_troubled:
        found = found.filter(TROUBLED)
    items = list(found[: PAGE_ITEMS + 1])
    shown = items[:PAGE_ITEMS]
    here = reverse("quarantine:bulk_job", args=[job.pk])
    only = "troubled=on&" if is_troubled else ""
    is_more = len(items) > PAGE_ITEMS
    return Items(
        rows=[_make_item(item, job) for item in shown],
        is_troubled=is_troubled,
        all_url=here,
        troubled_url=f"{here}?troubled=on",
        troubled_label=_("Nicht zugestellt")
        if job.is_release
        else _("Nicht verworfen"),
        next_url=f"{here}?{only}after={shown[-1].pk}" if is_more else "",
    )


def _make_item(item: BulkJobItem, job: BulkJob) -> Item:
    hold = item.hold
    return Item(
        url=reverse("quarantine:hold", args=[hold.pk]),
        subject=subject_text(hold),
        sender=sender_name(hold),
        recipient=show_line(hold.envelope_recipient),
        mark=_mark(item, job),
    )


def _mark(item: BulkJobItem, job: BulkJob) -> Mark:
    match BulkJobItem.Outcome(item.outcome):
        case BulkJobItem.Outcome.TAKEN:
            return Mark(_("war schon entschieden"), "user", "is-warn")
        case BulkJobItem.Outcome.RESERVED:
            return Mark(_("darf so nicht freigegeben werden"), "lock", "is-warn")
        case BulkJobItem.Outcome.PENDING:
            is_left = not job.is_open
            told = _("nicht angerührt") if is_left else _("noch nicht an der Reihe")
            return Mark(told, "tray", "is-off")
    held = Mark(str(State.HELD.label), "tray")
    return state_mark(item.hold.state) or held
