"""The buttons of one held message."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import second_factor
from accounts.detours import lead_to
from accounts.errors import NotPermitted
from accounts.responses import (
    fragment_or_redirect,
    htmx_target,
    is_htmx,
    portal_page,
)
from accounts.tenancy import Actor, ActorRequest
from quarantine.access import holds as access
from quarantine.access.rights import get_rulebook
from quarantine.actions import decisions
from quarantine.errors import NotConfirmed, NotHeld
from quarantine.forms.decisions import ConfirmationForm, WordsForm
from quarantine.models import Hold
from quarantine.views.contexts import (
    hold_page,
    row_context,
    status_context,
    trouble_context,
)
from quarantine.views.reports import send_report


@require_POST
@portal_page
def release(request: ActorRequest, pk: UUID) -> HttpResponseBase:
    """Release one hold; tell the filter of it if that is ticked."""
    return _guarded(request, pk, partial(_release, request))


@require_POST
@portal_page
def release_again(request: ActorRequest, pk: UUID) -> HttpResponseBase:
    """Deliver once more what was delivered, refused or left unsure."""
    return _guarded(request, pk, decisions.release_hold_again)


@require_POST
@portal_page
def discard(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Discard one hold."""
    return decide(request, pk, decisions.discard_hold)


@require_POST
@portal_page
def undo(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Hold again what was discarded."""
    return decide(request, pk, decisions.undo_discard)


@require_POST
@portal_page
def request_release(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Ask the admin to release one hold."""
    reason = WordsForm(request.POST).read()
    return decide(request, pk, partial(decisions.request_release, reason=reason))


@require_POST
@portal_page
def withdraw_request(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Ask no longer for the release of one hold."""
    return decide(request, pk, decisions.withdraw_request)


@require_POST
@portal_page
def deny(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Say no to a request for release."""
    answer = WordsForm(request.POST).read()
    return decide(request, pk, partial(decisions.deny_request, answer=answer))


@require_POST
@portal_page
def confirm_arrival(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Note that an unsure release has arrived."""
    return decide(request, pk, decisions.confirm_arrival)


def _release(
    request: ActorRequest, hold: Hold, *, actor: Actor, confirmed: str
) -> None:
    decisions.release_hold(hold, actor=actor, confirmed=confirmed)
    # It is released: what no form offered is no reason to answer that it was forbidden.
    with suppress(NotPermitted):
        send_report(request, hold)


def _guarded(
    request: ActorRequest, pk: UUID, action: Callable[..., None]
) -> HttpResponseBase:
    """Decide; over what is dangerous only with a proof, or knowing what it is."""
    rights = get_rulebook(request.actor).rights(access.get_hold(request.actor, pk))
    if rights.needs_proof and not second_factor.has_fresh_proof(request):
        return lead_to(request, "accounts:step_up")
    confirmed = ConfirmationForm(request.POST).read()
    return decide(request, pk, partial(action, confirmed=confirmed))


def decide(
    request: ActorRequest, pk: UUID, action: Callable[..., None]
) -> HttpResponse:
    """Run the action; answer with what is so now.

    409 if somebody was first, 422 if one had to say that one knows what it is.
    """
    hold = access.get_hold(request.actor, pk)
    status = 200
    try:
        action(hold, actor=request.actor)
    except NotHeld:
        status = 409
    except NotConfirmed:
        status = 422
    return _answer(request, pk, status=status)


def _answer(request: ActorRequest, pk: UUID, *, status: int) -> HttpResponse:
    # Read again: a conditional update leaves the row of before stale.
    hold = access.get_hold(request.actor, pk)
    if htmx_target(request).startswith("row-"):
        context = row_context(request, hold) | trouble_context(status)
        return render(request, "quarantine/_hold_rows.html", context, status=status)
    if status != 200 and not is_htmx(request):
        return hold_page(request, hold, status=status)
    return fragment_or_redirect(
        request,
        "quarantine/_hold_status.html",
        status_context(request, hold)
        | {"is_fragment": True, "takes_focus": True}
        | trouble_context(status),
        to=reverse("quarantine:hold", args=[pk]),
        status=status,
    )
