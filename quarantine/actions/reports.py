"""What people say of verdicts: reported, and taken back before the filter hears it."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import audit, throttles
from accounts.enqueue import enqueue
from accounts.errors import NotPermitted
from accounts.tenancy import Actor, Permission, TenantQuerySet
from quarantine import learning, tasks
from quarantine.access.rights import get_rulebook
from quarantine.errors import NotReportable
from quarantine.models import Hold, VerdictReport
from quarantine.reporting import may_report

State = VerdictReport.State
DAY_SECONDS = 24 * 3600


def report_verdict(hold: Hold, says: str, *, actor: Actor) -> None:
    """Queue what the person says the message is; the hold itself stays as it is.

    Raises NotPermitted, NotReportable if it was said before or nothing can be learned
    from it, RateLimited above `REPORTS_PER_DAY`.
    """
    if not may_report(hold, says, rights=get_rulebook(actor).rights(hold)):
        raise NotPermitted(Permission.RELEASE)
    throttles.spend(
        "report",
        str(actor.user_id),
        limit=settings.REPORTS_PER_DAY,
        seconds=DAY_SECONDS,
    )
    _keep(hold, says, actor=actor)


@transaction.atomic(durable=True)
def withdraw_report(hold: Hold, *, actor: Actor) -> None:
    """Take back what no worker has in hand yet; raise NotReportable."""
    if not get_rulebook(actor).rights(hold).can_act:
        raise NotPermitted(Permission.DISCARD)
    if not _waiting(hold, actor=actor).delete()[0]:
        raise NotReportable(hold.pk)
    audit.record(actor, "hold.withdraw_report", hold)


@transaction.atomic(durable=True)
def _keep(hold: Hold, says: str, *, actor: Actor) -> None:
    # One after the other: two clicks at once are one report.
    Hold.objects.select_for_update().get(pk=hold.pk)
    last = VerdictReport.objects.filter(hold=hold).order_by("-created_at").first()
    if last is not None and last.says == says and last.state != State.FAILED:
        raise NotReportable(hold.pk)
    _waiting(hold, actor=actor).delete()
    if VerdictReport.objects.filter(hold=hold, state=State.QUEUED).exists():
        raise NotReportable(hold.pk)
    report = VerdictReport.objects.create(
        customer_id=hold.customer_id,
        hold=hold,
        reported_by_id=actor.user_id,
        says=says,
        next_attempt_at=timezone.now() + learning.REGRET,
    )
    audit.record(actor, "hold.report", hold, says=says)
    wait = learning.REGRET.total_seconds()
    enqueue(tasks.learn, hold.customer_id, report.pk, countdown=wait + 1)


def _waiting(hold: Hold, *, actor: Actor) -> TenantQuerySet:
    mine = VerdictReport.objects.visible_to(actor).filter(hold_id=hold.pk)
    return mine.filter(state=State.QUEUED, started_at=None)
