"""What is in a held message: styled, as it came, and its attachments."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.decorators import require_step_up
from accounts.responses import portal_page
from accounts.tenancy import ActorRequest
from quarantine import frame, preview, source
from quarantine.access import holds as access
from quarantine.actions import decisions
from quarantine.errors import NotReadable


@require_safe
@portal_page
def hold_preview(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show the HTML of a held message, built anew, as the frame's own document."""
    return frame.answer(preview.rebuild(access.get_hold(request.actor, pk).message))


@require_safe
@require_step_up
@portal_page
def hold_source(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show an admin the message as it came, header section and all, as text."""
    hold = access.get_raw_hold(request.actor, pk)
    decisions.note_raw_view(hold, actor=request.actor)
    context = {"hold": hold, "source": source.read_source(hold.message)}
    return render(request, "quarantine/hold_source.html", context)


@require_safe
@require_step_up
@portal_page
def attachment(request: ActorRequest, pk: UUID, number: int) -> HttpResponse:
    """Hand an attachment to an admin, to be saved and never shown."""
    hold = access.get_raw_hold(request.actor, pk)
    try:
        file = source.read_attachment(hold.message, number)
    except NotReadable as error:
        raise Http404 from error
    decisions.note_download(hold, actor=request.actor, sha256=file.sha256)
    response = HttpResponse(file.data, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{file.safe_name}"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response
