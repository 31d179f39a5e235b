"""Pages of bulk jobs: all that match, looked at, confirmed, worked off."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts.decorators import require_step_up
from accounts.errors import RateLimited
from accounts.responses import portal_page
from accounts.tenancy import ActorRequest
from quarantine.access import bulk_jobs as access
from quarantine.actions import bulk_jobs as actions
from quarantine.errors import BulkJobVoid, TooManyJobs
from quarantine.forms.listing import ItemsForm, SearchForm
from quarantine.models import BulkJob
from quarantine.presentation.bulk import make_lines, make_preview, make_progress
from quarantine.presentation.bulk_items import make_items
from quarantine.presentation.filters import list_url

Action = BulkJob.Action


@require_POST
@portal_page
def select_all(request: ActorRequest) -> HttpResponse:
    """Select all that the search in this address finds, and lead to a look at it."""
    criteria = SearchForm(request.GET, actor=request.actor).read()
    try:
        job = actions.select_all(criteria, actor=request.actor)
    except (BulkJobVoid, RateLimited) as error:
        messages.error(request, error.user_message)
        return redirect(list_url(criteria))
    return redirect("quarantine:bulk_job", pk=job.pk)


@require_safe
@portal_page
def jobs(request: ActorRequest) -> HttpResponse:
    """List the latest bulk jobs."""
    lines = make_lines(access.list_jobs(request.actor))
    return render(request, "quarantine/bulk_jobs.html", {"lines": lines})


@require_safe
@portal_page
def job(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show what is selected while nothing is done, then what became of each."""
    found = access.get_job(request.actor, pk)
    if found.state == BulkJob.State.WAITING:
        preview = make_preview(request.actor, found)
        return render(request, "quarantine/bulk_preview.html", {"preview": preview})
    only = ItemsForm(request.GET).read()
    context = {
        "progress": make_progress(request.actor, found),
        "items": make_items(request.actor, found, **only),
    }
    return render(request, "quarantine/bulk_job.html", context)


@require_safe
@portal_page
def progress(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Say how far the work is; have the page loaded anew at its end."""
    found = access.get_job(request.actor, pk)
    told = make_progress(request.actor, found)
    if not told.poll_seconds:
        # The list below the progress is the page's: it stands still until loaded.
        return HttpResponseClientRefresh()
    return render(request, "quarantine/_bulk_progress.html", {"progress": told})


@require_POST
@require_step_up
@portal_page
def release_all(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Release all that is selected."""
    return _confirm(request, pk, Action.RELEASE)


@require_POST
@portal_page
def discard_all(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Discard all that is selected."""
    return _confirm(request, pk, Action.DISCARD)


@require_POST
@portal_page
def undo_all(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Hold again all that is selected among the discarded."""
    return _confirm(request, pk, Action.UNDO)


@require_POST
@portal_page
def cancel(request: ActorRequest, pk: UUID) -> HttpResponse:
    """End the work before its end."""
    found = access.get_job(request.actor, pk)
    try:
        actions.cancel_job(found, actor=request.actor)
    except BulkJobVoid:
        messages.info(request, _("Der Auftrag war schon zu Ende."))
    return redirect("quarantine:bulk_job", pk=pk)


@require_POST
@require_step_up
@portal_page
def retry(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Try once more what failed."""
    found = access.get_job(request.actor, pk)
    try:
        again = actions.retry_job(found, actor=request.actor)
    except (BulkJobVoid, RateLimited, TooManyJobs) as error:
        messages.error(request, error.user_message)
        return redirect("quarantine:bulk_job", pk=pk)
    return redirect("quarantine:bulk_job", pk=again.pk)


def _confirm(request: ActorRequest, pk: UUID, action: BulkJob.Action) -> HttpResponse:
    found = access.get_job(request.actor, pk)
    try:
        actions.confirm_job(found, action, actor=request.actor)
    except (BulkJobVoid, TooManyJobs) as error:
        messages.error(request, error.user_message)
    return redirect("quarantine:bulk_job", pk=pk)
