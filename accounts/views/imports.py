"""Lists of people: uploaded, looked at, confirmed, worked off."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.access import people as access
from accounts.actions import imports as actions
from accounts.answers import status_of
from accounts.decorators import require_step_up
from accounts.errors import ImportVoid, RateLimited, TableRefused
from accounts.forms.imports import UploadForm
from accounts.models import PeopleImport
from accounts.presentation_import import show_preview
from accounts.responses import portal_page
from accounts.tenancy import ActorRequest, Permission, require_permission


@require_http_methods(["GET", "HEAD", "POST"])
@require_step_up
@portal_page
def upload(request: ActorRequest) -> HttpResponse:
    """Ask for the file, then lead to the preview."""
    require_permission(request.actor, Permission.MANAGE_PEOPLE)
    is_sent = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if is_sent else UploadForm()
    found = _read(request, form) if form.is_valid() else None
    if found is not None:
        return redirect("accounts:people_import", pk=found.pk)
    context, status = {"form": form}, status_of(form)
    return render(request, "accounts/people_upload.html", context, status=status)


def _read(request: ActorRequest, form: UploadForm) -> PeopleImport | None:
    try:
        return actions.read_list(form.cleaned_data["file"], actor=request.actor)
    except TableRefused as error:
        form.add_error("file", error.user_message)
    except RateLimited as error:
        form.add_error("file", ValidationError(error.user_message, code="limited"))
    return None


@require_safe
@portal_page
def people_import(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show the rows while nothing is written, then how far the work is."""
    found = access.get_import(request.actor, pk)
    if found.confirmed_at is not None:
        context: dict[str, object] = {"found": found}
        return render(request, "accounts/people_import_progress.html", context)
    context = {"found": found, "preview": show_preview(found)}
    return render(request, "accounts/people_import.html", context)


@require_safe
@portal_page
def progress(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Say how far the work is."""
    found = access.get_import(request.actor, pk)
    return render(request, "accounts/_import_progress.html", {"found": found})


@require_POST
@require_step_up
@portal_page
def confirm(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Invite everybody whose row is right."""
    found = access.get_import(request.actor, pk)
    try:
        actions.confirm_list(found, actor=request.actor)
    except ImportVoid as error:
        messages.error(request, error.user_message)
        return redirect("accounts:people_upload")
    return redirect("accounts:people_import", pk=pk)
