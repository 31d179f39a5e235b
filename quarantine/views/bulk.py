"""The buttons of the list, over what is ticked."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.decorators import require_step_up
from accounts.responses import (
    portal_page,
)
from accounts.tenancy import ActorRequest
from quarantine.access import holds as access
from quarantine.actions import decisions
from quarantine.forms.listing import SelectionForm


@require_POST
@require_step_up
@portal_page
def release_many(request: ActorRequest) -> HttpResponse:
    """Release the ticked holds."""
    return _decide_many(
        request,
        decisions.release_holds,
        lambda count: ngettext(
            "%(count)d E-Mail wird freigegeben.",
            "%(count)d E-Mails werden freigegeben.",
            count,
        ),
    )


@require_POST
@portal_page
def discard_many(request: ActorRequest) -> HttpResponse:
    """Discard the ticked holds."""
    return _decide_many(
        request,
        decisions.discard_holds,
        lambda count: ngettext(
            "%(count)d E-Mail verworfen. Unter «Verworfen» holen Sie sie zurück.",
            "%(count)d E-Mails verworfen. Unter «Verworfen» holen Sie sie zurück.",
            count,
        ),
    )


@require_POST
@portal_page
def undo_many(request: ActorRequest) -> HttpResponse:
    """Hold again the ticked ones among the discarded."""
    return _decide_many(
        request,
        decisions.undo_discards,
        lambda count: ngettext(
            "%(count)d E-Mail ist wieder zurückgehalten.",
            "%(count)d E-Mails sind wieder zurückgehalten.",
            count,
        ),
    )


def _decide_many(
    request: ActorRequest,
    action: Callable[..., decisions.BulkResult],
    tell_done: Callable[[int], str],
) -> HttpResponse:
    """Run the action over the ticked holds; all must be in reach, else 404."""
    form = SelectionForm(request.POST)
    if form.is_valid():
        chosen = access.get_holds(request.actor, form.cleaned_data["hold"])
        result = action(chosen, actor=request.actor)
        _tell(request, result, tell_done(result.done))
    else:
        messages.warning(request, form.problem)
    response = HttpResponseRedirect(_list_address(request))
    response.status_code = 303
    return response


def _tell(request: ActorRequest, result: decisions.BulkResult, done: str) -> None:
    if result.done:
        messages.info(request, done % {"count": result.done})
    if result.taken:
        taken = ngettext(
            "%(count)d E-Mail hatte schon jemand anders entschieden.",
            "%(count)d E-Mails hatte schon jemand anders entschieden.",
            result.taken,
        )
        messages.warning(request, taken % {"count": result.taken})
    if result.reserved:
        reserved = ngettext(
            "%(count)d E-Mail darf nur der Administrator freigeben.",
            "%(count)d E-Mails darf nur der Administrator freigeben.",
            result.reserved,
        )
        messages.warning(request, reserved % {"count": result.reserved})
    if result.unconfirmed:
        _tell_unconfirmed(request, result.unconfirmed)


def _tell_unconfirmed(request: ActorRequest, count: int) -> None:
    said = ngettext(
        "%(count)d E-Mail mit Schadsoftware blieb liegen: Sie geben sie nur auf ihrer "
        "eigenen Seite frei.",
        "%(count)d E-Mails mit Schadsoftware blieben liegen: Sie geben sie nur auf "
        "ihrer eigenen Seite frei.",
        count,
    )
    messages.warning(request, said % {"count": count})


def _list_address(request: ActorRequest) -> str:
    """Return the list with the search that stands in this address."""
    query = request.META.get("QUERY_STRING", "")
    to = reverse("quarantine:holds")
    return f"{to}?{query}" if query else to
