"""Which holds a bulk job is about: always the same ones, however late it is asked."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from accounts.tenancy import Actor
from accounts.time_zones import find_zone
from quarantine.access.holds import list_holds
from quarantine.criteria import Criteria, select_holds
from quarantine.models import BulkJob, BulkJobItem, Hold
from quarantine.states import State

Outcome = BulkJobItem.Outcome


def list_selected(job: BulkJob, actor: Actor) -> QuerySet[Hold]:
    """Return the job's holds that the actor may act on, as far as they still match.

    Days are those of the clock and the zone in which the search was made; what came
    later is no part of it.
    """
    if job.retry_of_id is not None:
        done = BulkJobItem.objects.filter(job_id=job.retry_of_id, outcome=Outcome.DONE)
        failed = list_holds(actor).filter(state=State.FAILED)
        found = failed.filter(pk__in=done.values("hold_id"))
    else:
        with timezone.override(find_zone(job.zone)):
            criteria = Criteria.parse(job.query)
            found = select_holds(actor, criteria, now=job.bound_at)
        found = found.filter(received_at__lte=job.bound_at)
    if actor.is_admin:
        return found
    return found.filter(address_id__in=actor.actionable)
