"""The way to bulk jobs, to their holds, and to what became of each."""

from __future__ import annotations

from collections import Counter
from typing import cast
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404

from accounts.tenancy import Actor, Permission, require_permission
from quarantine.models import BulkJob, BulkJobItem
from quarantine.states import State

Outcome = BulkJobItem.Outcome
Tally = Counter[tuple[str, str]]
# What a person will want to look at.
TROUBLED = Q(outcome__in=(Outcome.TAKEN, Outcome.RESERVED)) | Q(
    outcome=Outcome.DONE, hold__state__in=(State.FAILED, State.UNSURE)
)


def list_jobs(actor: Actor) -> QuerySet[BulkJob]:
    """Return the jobs that the actor sees, newest first."""
    require_permission(actor, Permission.VIEW_HOLDS)
    jobs = BulkJob.objects.visible_to(actor).select_related("owner")
    return cast("QuerySet[BulkJob]", jobs.order_by("-created_at", "-id"))


def get_job(actor: Actor, pk: UUID) -> BulkJob:
    """Return the job; raise Http404 if it is missing or out of reach."""
    return get_object_or_404(list_jobs(actor), pk=pk)


def list_items(actor: Actor, job: BulkJob) -> QuerySet[BulkJobItem]:
    """Return the job's holds that the actor still sees, in the order of the work."""
    items = BulkJobItem.objects.visible_to(actor).filter(job_id=job.pk)
    if not actor.is_admin:
        items = items.filter(hold__address_id__in=actor.viewable)
    return cast("QuerySet[BulkJobItem]", items.select_related("hold").order_by("pk"))


def tally(actor: Actor, job: BulkJob) -> Tally:
    """Count the job's holds by what the job did and where they are now."""
    items = BulkJobItem.objects.visible_to(actor).filter(job_id=job.pk).order_by()
    rows = items.values_list("outcome", "hold__state").annotate(Count("pk"))
    return Counter({(outcome, state): count for outcome, state, count in rows})
