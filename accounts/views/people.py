"""The people of a customer, for its admins: list, person, role, end."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.access import people as access
from accounts.actions import people as actions
from accounts.answers import status_of
from accounts.decorators import require_step_up
from accounts.errors import LastAdmin, RateLimited, ResetRefused
from accounts.forms.people import EndForm, ResetForm, RoleForm, SearchForm
from accounts.presentation_people import show_page, show_people
from accounts.responses import portal_page
from accounts.tenancy import ActorRequest


@require_safe
@portal_page
def people(request: ActorRequest) -> HttpResponse:
    """List who belongs to the customer."""
    form = SearchForm(request.GET)
    form.is_valid()
    page = show_page(
        request.actor,
        search=form.cleaned_data.get("q", ""),
        after=form.cleaned_data.get("after"),
    )
    invitations = access.list_invitations(request.actor)
    context = {
        "page": page,
        "form": form,
        "invitations": invitations,
        "proposals_count": access.list_proposals(request.actor).count(),
    }
    return render(request, "accounts/people.html", context)


@require_safe
@portal_page
def person(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show one person: role, addresses, second factor, last log-in."""
    membership = access.get_person(request.actor, pk)
    row = show_people(request.actor, [membership])[0]
    form = RoleForm(initial={"role": membership.role})
    refusal = access.find_reset_refusal(request.actor, membership.user)
    context = {
        "row": row,
        "role_form": form,
        "reset_refusal": ResetRefused(refusal) if refusal else None,
    }
    return render(request, "accounts/person.html", context)


@require_POST
@require_step_up
@portal_page
def change_role(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Give the person another role."""
    membership = access.get_person(request.actor, pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Diese Rolle gibt es nicht."))
        return redirect("accounts:person", pk=pk)
    try:
        actions.change_role(membership, form.cleaned_data["role"], actor=request.actor)
    except LastAdmin as error:
        messages.error(request, error.user_message)
    else:
        messages.success(request, _("Die Rolle ist geändert."))
    to_self = membership.user_id == request.actor.user_id
    return redirect("start") if to_self else redirect("accounts:person", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@require_step_up
@portal_page
def end_membership(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Ask who takes over, then take the person out of the customer."""
    membership = access.get_person(request.actor, pk)
    data = request.POST if request.method == "POST" else None
    form = EndForm(data, actor=request.actor, leaving=membership)
    if not form.is_valid():
        row = show_people(request.actor, [membership])[0]
        context, status = {"row": row, "form": form}, status_of(form)
        return render(request, "accounts/end_membership.html", context, status=status)
    heir = form.cleaned_data["heir"]
    try:
        actions.end_membership(membership, heir=heir, actor=request.actor)
    except LastAdmin as error:
        messages.error(request, error.user_message)
        return redirect("accounts:person", pk=pk)
    messages.success(request, _("Der Zugang ist beendet."))
    to_self = membership.user_id == request.actor.user_id
    return redirect("start" if to_self else "accounts:people")


@require_http_methods(["GET", "HEAD", "POST"])
@require_step_up
@portal_page
def reset_factor(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Ask why, then take the person's second factors away."""
    membership = access.get_person(request.actor, pk)
    form = ResetForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context, status = {"person": membership.user, "form": form}, status_of(form)
        return render(request, "accounts/reset_factor.html", context, status=status)
    reason = form.cleaned_data["reason"]
    try:
        actions.reset_factor(membership, reason=reason, actor=request.actor)
    except (ResetRefused, RateLimited) as error:
        messages.error(request, error.user_message)
    else:
        said = _("Der zweite Faktor ist zurückgesetzt, alle Anmeldungen sind beendet.")
        messages.success(request, said)
    return redirect("accounts:person", pk=pk)
