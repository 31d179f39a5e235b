"""The buttons of a held message that keep its sender in mind."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST

from accounts import second_factor
from accounts.detours import lead_to
from accounts.responses import portal_page
from accounts.tenancy import Actor, ActorRequest
from quarantine.access import holds as access
from quarantine.access.rights import get_rulebook
from quarantine.actions import sender_rules as actions
from quarantine.errors import NotHeld
from quarantine.forms.sender_rules import OfferForm
from quarantine.models import Hold
from quarantine.presentation.senders import list_offered
from quarantine.views.decisions import decide


@require_POST
@portal_page
def release_allow(request: ActorRequest, pk: UUID) -> HttpResponseBase:
    """Release one hold and allow its sender."""
    rights = get_rulebook(request.actor).rights(access.get_hold(request.actor, pk))
    if rights.needs_proof and not second_factor.has_fresh_proof(request):
        return lead_to(request, "accounts:step_up")
    return _keep(request, pk, actions.release_and_allow)


@require_POST
@portal_page
def block_sender(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Discard one hold and block its sender."""
    return _keep(request, pk, actions.discard_and_block)


@require_POST
@portal_page
def unblock_sender(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Hold one again and end the block of its sender."""
    return decide(request, pk, actions.undo_block)


def _keep(request: ActorRequest, pk: UUID, action: Callable[..., None]) -> HttpResponse:
    """Run the action about the sender and for the people that were chosen.

    What is not offered (any more) is answered like a decision that came too late.
    """
    hold = access.get_hold(request.actor, pk)
    actions.require_deciding(hold, request.actor)
    patterns, scopes = list_offered(request.actor, hold)
    form = OfferForm(request.POST, patterns=patterns, scopes=scopes)

    def act(hold: Hold, *, actor: Actor) -> None:
        if not form.is_valid():
            raise NotHeld(hold.pk)
        action(hold, form.pattern, form.chosen_scope, actor=actor)

    return decide(request, pk, act)
