"""Where people are logged in, and which browsers they trust; each can be ended."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import sessions
from accounts.access.people import get_person
from accounts.actions import sign_ins
from accounts.decorators import require_step_up
from accounts.responses import portal_page
from accounts.tenancy import ActorRequest
from accounts.views.person import person_of


@require_safe
@never_cache
def list_sign_ins(request: HttpRequest) -> HttpResponse:
    """Show where the person is logged in, this browser marked, and whom they trust."""
    user = person_of(request)
    own = sessions.current_id(request)
    live = sessions.list_live(user)
    context = {
        "current": next((row for row in live if row.pk == own), None),
        "others": [row for row in live if row.pk != own],
        "trusted": sessions.list_trusted(user),
    }
    return render(request, "accounts/sign_ins.html", context)


@require_POST
@require_step_up
def end_sign_in(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End one of the person's own log-ins."""
    user = person_of(request)
    sign_in = sessions.list_running(user).filter(pk=pk).first()
    if sign_in is None:
        raise Http404
    sign_ins.end_sign_in(user, sign_in)
    messages.success(request, _("Die Anmeldung ist beendet."))
    return redirect("accounts:sign_ins")


@require_POST
@require_step_up
def end_other_sign_ins(request: HttpRequest) -> HttpResponse:
    """End all but this one; nothing is trusted any more."""
    user = person_of(request)
    ended = sign_ins.end_other_sign_ins(user, keep=sessions.current_id(request))
    messages.success(
        request,
        ngettext(
            "%(count)d andere Anmeldung ist beendet. Kein Browser gilt als vertraut.",
            "%(count)d andere Anmeldungen sind beendet. "
            "Kein Browser gilt als vertraut.",
            ended,
        )
        % {"count": ended},
    )
    return redirect("accounts:sign_ins")


@require_POST
@require_step_up
def distrust_browser(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask one of the person's own trusted browsers for the code again."""
    user = person_of(request)
    trusted = sessions.list_trusted(user).filter(known=pk).first()
    if trusted is None:
        raise Http404
    sign_ins.distrust_browser(user, trusted)
    messages.success(request, _("Dieser Browser fragt wieder nach dem Code."))
    return redirect("accounts:sign_ins")


@require_POST
@require_step_up
@portal_page
def end_sign_ins_of(request: ActorRequest, pk: UUID) -> HttpResponse:
    """End all log-ins of a person of the customer, by its admin."""
    membership = get_person(request.actor, pk)
    ended = sign_ins.end_sign_ins_of(membership, actor=request.actor)
    text = ngettext(
        "%(count)d Anmeldung ist beendet.", "%(count)d Anmeldungen sind beendet.", ended
    )
    messages.success(request, text % {"count": ended})
    return redirect("accounts:person", pk)
