"""The audit log of a customer, to read and to take away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts import audit_export
from accounts.access import audit
from accounts.actions.audit import note_export
from accounts.decorators import require_step_up
from accounts.forms.audit import AuditForm
from accounts.models import AuditEvent, AuditHead
from accounts.presentation_audit import make_page
from accounts.responses import portal_page
from accounts.tenancy import ActorRequest

READ_BATCH = 500
Writer = Callable[[Iterable[AuditEvent], AuditHead | None], Iterator[str]]


@require_safe
@portal_page
def log(request: ActorRequest) -> HttpResponse:
    """Show who did what, newest first, and whether the log is whole."""
    form = AuditForm(request.GET, actor=request.actor)
    criteria = form.criteria()
    before = form.cleaned_data.get("before")
    page = make_page(request.actor, criteria, before=before)
    status = 200 if form.is_valid() else 422
    context = {"form": form, "page": page}
    return render(request, "accounts/audit.html", context, status=status)


@require_POST
@require_step_up
@portal_page
def export_csv(request: ActorRequest) -> HttpResponseBase:
    """Send what was looked for as a table."""
    return _export(request, audit_export.write_csv, "text/csv; charset=utf-8", "csv")


@require_POST
@require_step_up
@portal_page
def export_lines(request: ActorRequest) -> HttpResponseBase:
    """Send what was looked for as JSON lines."""
    return _export(request, audit_export.write_lines, "application/jsonl", "jsonl")


def _export(
    request: ActorRequest, write: Writer, content_type: str, ending: str
) -> HttpResponseBase:
    form = AuditForm(request.POST, actor=request.actor)
    events = audit.with_links(audit.list_events(request.actor, form.criteria()))
    note_export(request.actor, ending)
    lines = write(events.iterator(chunk_size=READ_BATCH), audit.get_head(request.actor))
    name = f"protokoll-{timezone.localdate():%Y-%m-%d}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, content_type=content_type, headers=headers)
