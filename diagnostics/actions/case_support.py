"""What staff do with a support case: answer, note, close, judge it again."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.errors import NotPermitted
from accounts.models import User
from diagnostics.actions.cases import send
from diagnostics.case_mails import tell_customer
from diagnostics.errors import CaseExists, CaseNotMoved
from diagnostics.masking import mask
from diagnostics.models import Case, CaseMessage
from diagnostics.stored_verdicts import as_plain, judge_stored

Kind, State = CaseMessage.Kind, Case.State
# Of `tenancy.STAFF_PERMISSIONS`.
PERMISSION = "diagnostics.change_case"


@transaction.atomic(durable=True)
def answer(case: Case, *, staff: User, text: str) -> None:
    """Answer the customer by page and mail; raise CaseNotMoved if it is closed."""
    _require(staff)
    moved = Case.objects.filter(pk=case.pk, state__in=Case.UNFINISHED).update(
        state=State.ANSWERED, waiting_since=None
    )
    if not moved:
        raise CaseNotMoved(case.pk)
    _write(case, Kind.ANSWER, staff, text)
    _record("case.answer", case, staff)
    send(tell_customer(case, event="answered"))


@transaction.atomic(durable=True)
def note(case: Case, *, staff: User, text: str) -> None:
    """Keep a note that no customer reads."""
    _require(staff)
    _write(case, Kind.NOTE, staff, text)
    _record("case.note", case, staff)


@transaction.atomic(durable=True)
def close(case: Case, *, staff: User) -> None:
    """Close the case and tell the customer; raise CaseNotMoved if it is closed."""
    _require(staff)
    moved = Case.objects.filter(pk=case.pk, state__in=Case.UNFINISHED).update(
        state=State.CLOSED, waiting_since=None, closed_at=timezone.now()
    )
    if not moved:
        raise CaseNotMoved(case.pk)
    _write(case, Kind.CLOSED, staff)
    _record("case.close_by_staff", case, staff)
    send(tell_customer(case, event="closed"))


def reopen(case: Case, *, staff: User) -> None:
    """Open it again; raise CaseNotMoved if it is open, CaseExists if another is."""
    _require(staff)
    try:
        _reopen(case, staff)
    except IntegrityError as error:
        others = Case.objects.filter(probe=case.probe_id, state__in=Case.UNFINISHED)
        other = others.first()
        if other is None:
            raise
        raise CaseExists(other.pk) from error


@transaction.atomic(durable=True)
def _reopen(case: Case, staff: User) -> None:
    moved = Case.objects.filter(pk=case.pk, state=State.CLOSED).update(
        state=State.OPEN, waiting_since=timezone.now(), closed_at=None
    )
    if not moved:
        raise CaseNotMoved(case.pk)
    _write(case, Kind.REOPENED, staff)
    _record("case.reopen_by_staff", case, staff)
    send(tell_customer(case, event="reopened"))


@transaction.atomic(durable=True)
def judge_again(case: Case, *, staff: User) -> None:
    """Judge the stored evidence by today's rules; before and after go to the history.

    The case's cause follows, the probe's stays as it was judged at its end.
    """
    _require(staff)
    locked = Case.objects.select_for_update().select_related("probe").get(pk=case.pk)
    before, after = locked.verdict, as_plain(judge_stored(locked.probe))
    locked.verdict = after
    locked.first_cause = after[0]["slug"] if after else ""
    locked.save(update_fields=["verdict", "first_cause"])
    _write(case, Kind.JUDGED, staff, before=before, after=after)
    _record("case.judge", case, staff)


def _require(staff: User) -> None:
    if not staff.has_perm(PERMISSION):
        raise NotPermitted(PERMISSION)


def _write(
    case: Case, kind: str, staff: User, text: str = "", **detail: object
) -> None:
    CaseMessage.objects.create(
        customer_id=case.customer_id,
        case=case,
        kind=kind,
        is_staff=True,
        author=staff,
        text=mask(text),
        detail=detail,
    )


def _record(action: str, case: Case, staff: User) -> None:
    audit.record_event(action, case, user_id=staff.pk, customer_id=case.customer_id)
