"""The page of one held message."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from accounts.responses import (
    portal_page,
)
from accounts.tenancy import ActorRequest
from quarantine.access import holds as access
from quarantine.actions import decisions
from quarantine.views.contexts import hold_page, status_context


@require_safe
@portal_page
def hold(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show one held message and what can be done about it."""
    return hold_page(request, access.get_hold(request.actor, pk))


@require_safe
@portal_page
def hold_status(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show how the release of a hold went, alone."""
    hold = access.get_hold(request.actor, pk)
    context = status_context(request, hold) | {"is_fragment": True}
    return render(request, "quarantine/_hold_status.html", context)


@require_POST
@portal_page
def mark_seen(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Note that the page of a hold was looked at; a GET changes nothing."""
    hold = access.get_hold(request.actor, pk)
    decisions.mark_seen(hold, actor=request.actor)
    return HttpResponse(status=204)
