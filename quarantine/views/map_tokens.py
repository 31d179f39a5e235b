"""Tokens for a filter of the customer's own: drawn, shown once, revoked."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import require_step_up
from accounts.responses import portal_page
from accounts.tenancy import ActorRequest
from quarantine.access.map_tokens import get_token, list_tokens
from quarantine.actions.map_tokens import create_map_token as create
from quarantine.actions.map_tokens import revoke_map_token as revoke
from quarantine.errors import TooManyTokens


@require_safe
@portal_page
def map_tokens(request: ActorRequest) -> HttpResponse:
    """Show which tokens open the list for a filter."""
    context = {"tokens": list_tokens(request.actor)}
    return render(request, "quarantine/map_tokens.html", context)


@require_POST
@require_step_up
@portal_page
def create_map_token(request: ActorRequest) -> HttpResponse:
    """Draw a token and show its address this one time."""
    try:
        token = create(actor=request.actor)
    except TooManyTokens:
        messages.error(
            request, _("So viele Schlüssel gelten schon. Widerrufen Sie einen.")
        )
        return redirect("quarantine:map_tokens")
    path = reverse("quarantine:sender_map", args=[token])
    context = {
        "tokens": list_tokens(request.actor),
        "address": request.build_absolute_uri(path),
    }
    return render(request, "quarantine/map_tokens.html", context)


@require_POST
@require_step_up
@portal_page
def revoke_map_token(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Let a token open nothing any more."""
    revoke(get_token(request.actor, pk), actor=request.actor)
    messages.success(request, _("Der Schlüssel ist widerrufen."))
    return redirect("quarantine:map_tokens")
