"""Pages where admins keep a mail beyond its day, or have its content erased."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.answers import status_of
from accounts.decorators import require_step_up
from accounts.responses import portal_page
from accounts.tenancy import ActorRequest
from quarantine.access import keeping as access
from quarantine.actions import keeping as actions
from quarantine.errors import ContentErased, NotErasable, NotHeld
from quarantine.forms.keeping import ReasonForm
from quarantine.presentation.keeping import make_keeping

PAGE_METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(PAGE_METHODS)
@portal_page
def keep(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Keep a mail beyond its day; who keeps it already sees why."""
    hold = access.get_hold_to_keep(request.actor, pk)
    form = ReasonForm(request.POST or None)
    status = status_of(form)
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            actions.keep_hold(hold, actor=request.actor, reason=reason)
        except (NotHeld, ContentErased):
            hold, status = access.get_hold_to_keep(request.actor, pk), 409
        else:
            messages.success(request, _("Diese E-Mail läuft nicht mehr ab."))
            return redirect("quarantine:hold", pk=pk)
    context = {"form": form, "hold": hold, "keeping": make_keeping(hold)}
    context["was_late"] = status == 409
    return render(request, "quarantine/keep.html", context, status=status)


@require_POST
@portal_page
def end_keep(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Let a mail expire on its day again."""
    hold = access.get_hold_to_keep(request.actor, pk)
    form = ReasonForm(request.POST)
    status = status_of(form)
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            actions.end_keep(hold, actor=request.actor, reason=reason)
        except NotHeld:
            status = 409
        else:
            messages.success(request, _("Für diese E-Mail gilt wieder ihre Frist."))
            return redirect("quarantine:hold", pk=pk)
    context = {"form": form, "hold": hold, "keeping": make_keeping(hold)}
    context["was_late"] = status == 409
    return render(request, "quarantine/keep.html", context, status=status)


@require_http_methods(PAGE_METHODS)
@require_step_up
@portal_page
def erase(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Erase the content of a mail for good."""
    hold = access.get_hold_to_erase(request.actor, pk)
    form = ReasonForm(request.POST or None)
    status, problem = status_of(form), ""
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            actions.erase_content(hold, actor=request.actor, reason=reason)
        except NotErasable as error:
            status, problem = 409, error.why
        else:
            messages.success(request, _("Der Inhalt ist gelöscht."))
            return redirect("quarantine:hold", pk=pk)
    recipients = access.count_recipients(request.actor, hold)
    context = {"form": form, "hold": hold, "keeping": make_keeping(hold)}
    context |= {"problem": problem, "recipients": recipients}
    return render(request, "quarantine/erase.html", context, status=status)
