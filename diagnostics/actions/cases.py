"""What customers do with support cases: open, reply, close, open again."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts import tasks as mail_tasks
from accounts.enqueue import enqueue
from accounts.models import OutgoingMail
from accounts.tenancy import Actor, Permission, TenantQuerySet, require_permission
from accounts.throttles import spend
from diagnostics.access.cases import find_unfinished
from diagnostics.added_evidence import add_evidence
from diagnostics.case_mails import tell_support
from diagnostics.case_numbers import draw_number
from diagnostics.error_text import VANTAGE, as_evidence
from diagnostics.errors import CaseExists, CaseNotMoved, ProbeUnfinished
from diagnostics.masking import mask
from diagnostics.models import Case, CaseMessage, Evidence, Probe
from diagnostics.stored_verdicts import as_plain, judge_stored, note_first_cause
from diagnostics.targets import make_target

HOUR, DAY = 3600, 86400
# Of the texts that a probe reads; a case more than that is kept unread.
TEXTS_MAX = 20
Kind, State = CaseMessage.Kind, Case.State


@dataclass(frozen=True, slots=True)
class Draft:
    """What the admin adds to a probe."""

    public_address: str | None
    error_text: str
    traceroute: str
    words: str


def open_case(actor: Actor, probe: Probe, draft: Draft) -> Case:
    """Open a case about a finished probe, and tell support.

    Raises CaseExists, ProbeUnfinished, NotPermitted and RateLimited.
    """
    require_permission(actor, Permission.START_PROBE)
    _refuse_second(actor, probe)
    if not probe.is_final:
        raise ProbeUnfinished(probe.pk)
    subject = str(actor.customer_id)
    spend("case.open", subject, limit=settings.CASES_PER_DAY, seconds=DAY)
    try:
        case = _open(actor, probe, draft)
    except IntegrityError:  # somebody opened one in the same moment
        _refuse_second(actor, probe)
        raise
    if draft.error_text:
        note_first_cause(probe)
    return case


def _refuse_second(actor: Actor, probe: Probe) -> None:
    existing = find_unfinished(actor, probe)
    if existing is not None:
        raise CaseExists(existing.pk)


def _read_text(actor: Actor, probe: Probe, text: str) -> None:
    """Let what the text says count in the verdict, unless it does so already."""
    hosts = make_target(probe, password=None).known_hosts
    known = Evidence.objects.filter(probe=probe, vantage=VANTAGE)
    before = [item.as_observation() for item in known]
    found = [item for item in as_evidence(text, hosts) if item not in before]
    if found and len(before) < TEXTS_MAX:
        add_evidence(actor, probe, VANTAGE, found, limit=TEXTS_MAX)


@transaction.atomic(durable=True)
def _open(actor: Actor, probe: Probe, draft: Draft) -> Case:
    _read_text(actor, probe, draft.error_text)
    findings = judge_stored(probe)
    now = timezone.now()
    case = Case.objects.create(
        customer_id=actor.customer_id,
        number=_free_number(timezone.localtime(now).year),
        probe=probe,
        public_address=draft.public_address,
        error_text=mask(draft.error_text),
        traceroute=mask(draft.traceroute),
        verdict=as_plain(findings),
        first_cause=findings[0].slug if findings else "",
        opened_by_id=actor.user_id,
        opened_at=now,
        waiting_since=now,
    )
    # What a monitor asked for would be pruned with it.
    Probe.objects.filter(pk=probe.pk).update(monitor=None)
    if draft.words:
        _say(actor, case, Kind.REPLY, draft.words)
    audit.record(actor, "case.open", case)
    send(tell_support(case, event="opened"))
    return case


def _free_number(year: int) -> str:
    number = draw_number(year)
    while Case.objects.filter(number=number).exists():
        number = draw_number(year)
    return number


def reply(actor: Actor, case: Case, text: str) -> None:
    """Add a message of the customer's and tell support; raise CaseNotMoved."""
    require_permission(actor, Permission.START_PROBE)
    limit = settings.CASE_REPLIES_PER_HOUR
    spend("case.reply", str(actor.customer_id), limit=limit, seconds=HOUR)
    _reply(actor, case, text)


@transaction.atomic(durable=True)
def _reply(actor: Actor, case: Case, text: str) -> None:
    open_now = _mine(actor, case).filter(state__in=Case.UNFINISHED)
    # Whoever waits already keeps the place in the row.
    waits = open_now.filter(state=State.OPEN).update(state=State.OPEN)
    turned = open_now.filter(state=State.ANSWERED).update(
        state=State.OPEN, waiting_since=timezone.now()
    )
    if not waits and not turned:
        raise CaseNotMoved(case.pk)
    _say(actor, case, Kind.REPLY, text)
    audit.record(actor, "case.reply", case)
    send(tell_support(case, event="replied"))


@transaction.atomic(durable=True)
def close_case(actor: Actor, case: Case) -> None:
    """Say that support is needed no more; raise CaseNotMoved if it is closed."""
    require_permission(actor, Permission.START_PROBE)
    closed = (
        _mine(actor, case)
        .filter(state__in=Case.UNFINISHED)
        .update(state=State.CLOSED, waiting_since=None, closed_at=timezone.now())
    )
    if not closed:
        raise CaseNotMoved(case.pk)
    _say(actor, case, Kind.CLOSED)
    audit.record(actor, "case.close", case)


def reopen_case(actor: Actor, case: Case) -> None:
    """Ask support again; raise CaseNotMoved if it is open, CaseExists if another is."""
    require_permission(actor, Permission.START_PROBE)
    limit = settings.CASE_REPLIES_PER_HOUR
    spend("case.reply", str(actor.customer_id), limit=limit, seconds=HOUR)
    try:
        _reopen(actor, case)
    except IntegrityError:
        _refuse_second(actor, case.probe)
        raise


@transaction.atomic(durable=True)
def _reopen(actor: Actor, case: Case) -> None:
    reopened = (
        _mine(actor, case)
        .filter(state=State.CLOSED)
        .update(state=State.OPEN, waiting_since=timezone.now(), closed_at=None)
    )
    if not reopened:
        raise CaseNotMoved(case.pk)
    _say(actor, case, Kind.REOPENED)
    audit.record(actor, "case.reopen", case)
    send(tell_support(case, event="reopened"))


def send(mails: list[OutgoingMail]) -> None:
    """Wake a worker for each mail once the transaction has committed."""
    for mail in mails:
        enqueue(mail_tasks.send_mail, mail.pk)


def _mine(actor: Actor, case: Case) -> TenantQuerySet:
    return Case.objects.visible_to(actor).filter(pk=case.pk)


def _say(actor: Actor, case: Case, kind: str, text: str = "") -> None:
    CaseMessage.objects.create(
        customer_id=case.customer_id,
        case=case,
        kind=kind,
        is_staff=False,
        author_id=actor.user_id,
        text=mask(text),
    )


def record_export(actor: Actor, case: Case) -> None:
    """Write down that somebody took the case away as a file."""
    audit.record(actor, "case.export", case)
