"""The checklist of a probe on a page of its own."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.responses import portal_page
from accounts.tenancy import ActorRequest
from diagnostics.views.probes import probe_context


@require_safe
@portal_page
def checklist(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show the list alone, to be printed."""
    return render(request, "diagnostics/checklist.html", probe_context(request, pk))
