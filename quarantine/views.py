"""Pages of held mail: the list, one hold, and the buttons on both."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts import second_factor
from accounts.decorators import require_step_up
from accounts.detours import lead_to
from accounts.responses import (
    fragment_or_redirect,
    htmx_target,
    is_htmx,
    portal_page,
)
from accounts.tenancy import ActorRequest
from quarantine import access, actions, frame, preview
from quarantine.errors import NotHeld
from quarantine.forms import PlaceForm, SearchForm, SelectionForm
from quarantine.models import Hold
from quarantine.presentation import DANGEROUS, make_rows
from quarantine.presentation_hold import make_status
from quarantine.presentation_list import HoldList, make_list
from quarantine.presentation_message import make_facts
from quarantine.text_view import read_text


@require_safe
@portal_page
def holds(request: ActorRequest) -> HttpResponse:
    """Show what is held, newest first."""
    return render(request, "quarantine/holds.html", _list_context(request))


@require_safe
@portal_page
def hold_rows(request: ActorRequest) -> HttpResponse:
    """Show the list alone, for a search in place."""
    context = _list_context(request)
    response = render(request, "quarantine/_holds.html", context)
    # The address bar shows the page, not the fragment.
    response["HX-Replace-Url"] = context["list"].url
    return response


@require_safe
@portal_page
def hold_row(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show one line of the list alone, while its release is on the way."""
    hold = access.get_hold(request.actor, pk)
    return render(request, "quarantine/_hold_rows.html", _row_context(request, hold))


@require_safe
@portal_page
def hold(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show one held message and what can be done about it."""
    return _hold_page(request, access.get_hold(request.actor, pk))


@require_safe
@portal_page
def hold_preview(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show the HTML of a held message, built anew, as the frame's own document."""
    return frame.answer(preview.rebuild(access.get_hold(request.actor, pk).message))


@require_safe
@portal_page
def hold_status(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show how the release of a hold went, alone."""
    hold = access.get_hold(request.actor, pk)
    context = _status_context(request, hold) | {"is_fragment": True}
    return render(request, "quarantine/_hold_status.html", context)


@require_POST
@portal_page
def mark_seen(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Note that the page of a hold was looked at; a GET changes nothing."""
    hold = access.get_hold(request.actor, pk)
    actions.mark_seen(hold, actor=request.actor)
    return HttpResponse(status=204)


@require_POST
@portal_page
def release(request: ActorRequest, pk: UUID) -> HttpResponseBase:
    """Release one hold."""
    return _guarded(request, pk, actions.release_hold)


@require_POST
@portal_page
def release_again(request: ActorRequest, pk: UUID) -> HttpResponseBase:
    """Deliver once more what was delivered, refused or left unsure."""
    return _guarded(request, pk, actions.release_hold_again)


@require_POST
@portal_page
def discard(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Discard one hold."""
    return _decide(request, pk, actions.discard_hold)


@require_POST
@portal_page
def undo(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Hold again what was discarded."""
    return _decide(request, pk, actions.undo_discard)


@require_POST
@portal_page
def request_release(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Ask the admin to release one hold."""
    return _decide(request, pk, actions.request_release)


@require_POST
@portal_page
def deny(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Say no to a request for release."""
    return _decide(request, pk, actions.deny_request)


@require_POST
@portal_page
def confirm_arrival(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Note that an unsure release has arrived."""
    return _decide(request, pk, actions.confirm_arrival)


@require_POST
@require_step_up
@portal_page
def release_many(request: ActorRequest) -> HttpResponse:
    """Release the ticked holds."""
    return _decide_many(
        request,
        actions.release_holds,
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
        actions.discard_holds,
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
        actions.undo_discards,
        lambda count: ngettext(
            "%(count)d E-Mail ist wieder zurückgehalten.",
            "%(count)d E-Mails sind wieder zurückgehalten.",
            count,
        ),
    )


def _decide_many(
    request: ActorRequest,
    action: Callable[..., actions.BulkResult],
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


def _guarded(
    request: ActorRequest, pk: UUID, action: Callable[..., None]
) -> HttpResponseBase:
    """Decide; over phishing and viruses only with a proof of the last minutes."""
    is_dangerous = access.get_hold(request.actor, pk).category in DANGEROUS
    if is_dangerous and not second_factor.has_fresh_proof(request):
        return lead_to(request, "accounts:step_up")
    return _decide(request, pk, action)


def _decide(
    request: ActorRequest, pk: UUID, action: Callable[..., None]
) -> HttpResponse:
    """Run the action; answer with what is so now, 409 if somebody was first."""
    hold = access.get_hold(request.actor, pk)
    status = 200
    try:
        action(hold, actor=request.actor)
    except NotHeld:
        status = 409
    # Read again: a conditional update leaves ours stale.
    hold = access.get_hold(request.actor, pk)
    if htmx_target(request).startswith("row-"):
        context = _row_context(request, hold) | {"was_late": status == 409}
        return render(request, "quarantine/_hold_rows.html", context, status=status)
    if status == 409 and not is_htmx(request):
        return _hold_page(request, hold, status=status)
    return fragment_or_redirect(
        request,
        "quarantine/_hold_status.html",
        _status_context(request, hold)
        | {"is_fragment": True, "takes_focus": True, "was_late": status == 409},
        to=reverse("quarantine:hold", args=[pk]),
        status=status,
    )


def _tell(request: ActorRequest, result: actions.BulkResult, done: str) -> None:
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


def _list_address(request: ActorRequest) -> str:
    """Return the list with the search that stands in this address."""
    query = request.META.get("QUERY_STRING", "")
    to = reverse("quarantine:holds")
    return f"{to}?{query}" if query else to


class ListContext(TypedDict):
    """What the templates of the list read."""

    form: SearchForm
    list: HoldList


def _list_context(request: ActorRequest) -> ListContext:
    form = SearchForm(request.GET, actor=request.actor)
    place = PlaceForm(request.GET).read()
    return {"form": form, "list": make_list(request.actor, form.read(), **place)}


def _row_context(request: ActorRequest, hold: Hold) -> dict[str, object]:
    rulebook = access.get_rulebook(request.actor)
    return {"rows": make_rows([hold], rulebook=rulebook)}


def _status_context(request: ActorRequest, hold: Hold) -> dict[str, object]:
    rights = access.get_rulebook(request.actor).rights(hold)
    attempts = access.list_attempts(request.actor, hold)
    return {"hold": hold, "status": make_status(hold, attempts, rights=rights)}


def _hold_page(request: ActorRequest, hold: Hold, *, status: int = 200) -> HttpResponse:
    context = _status_context(request, hold) | {
        "facts": make_facts(hold),
        "view": read_text(hold.message),
        "is_styled": request.GET.get("view") == "styled",
        "was_late": status == 409,
    }
    return render(request, "quarantine/hold.html", context, status=status)
