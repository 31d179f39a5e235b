"""Addresses of a customer: who sees each, and those that wait for a yes."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.access import people as access
from accounts.actions import proposals as actions
from accounts.answers import status_of
from accounts.decorators import require_step_up
from accounts.errors import AddressRefused, ProposalDecided, RateLimited
from accounts.forms.addresses import AddressSearchForm, AliasForm, AskForm
from accounts.mailboxes import Domains
from accounts.responses import portal_page
from accounts.tenancy import ActorRequest

SHOWN = 200


@require_safe
@portal_page
def addresses(request: ActorRequest) -> HttpResponse:
    """List the addresses, and above them what was seen or asked for."""
    form = AddressSearchForm(request.GET)
    search = form.cleaned_data["q"] if form.is_valid() else ""
    found = list(access.list_addresses(request.actor, search=search)[: SHOWN + 1])
    context = {
        "form": form,
        "search": search,
        "addresses": found[:SHOWN],
        "is_more": len(found) > SHOWN,
        "proposals": access.list_proposals(request.actor)[:SHOWN],
    }
    return render(request, "accounts/addresses.html", context)


@require_POST
@portal_page
def accept(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Enter a proposed address as a mailbox."""
    proposal = access.get_proposal(request.actor, pk)
    try:
        actions.accept_as_mailbox(proposal, actor=request.actor)
    except ProposalDecided as error:
        messages.error(request, error.user_message)
    else:
        messages.success(request, _("Die Adresse ist eingetragen."))
    return redirect("accounts:addresses")


@require_http_methods(["GET", "HEAD", "POST"])
@require_step_up
@portal_page
def accept_as_alias(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Ask of which mailbox it is another name, then enter it as that."""
    proposal = access.get_proposal(request.actor, pk)
    data = request.POST if request.method == "POST" else None
    form = AliasForm(data, actor=request.actor)
    if not form.is_valid():
        context, status = {"proposal": proposal, "form": form}, status_of(form)
        return render(request, "accounts/alias_address.html", context, status=status)
    try:
        actions.accept_as_alias(
            proposal, form.cleaned_data["target"], actor=request.actor
        )
    except (ProposalDecided, AddressRefused) as error:
        messages.error(request, error.user_message)
    else:
        messages.success(request, _("Die Adresse ist eingetragen."))
    return redirect("accounts:addresses")


@require_POST
@portal_page
def ignore(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Propose it no more."""
    proposal = access.get_proposal(request.actor, pk)
    try:
        actions.ignore(proposal, actor=request.actor)
    except ProposalDecided as error:
        messages.error(request, error.user_message)
    return redirect("accounts:addresses")


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def ask(request: ActorRequest) -> HttpResponse:
    """Ask the admins for the mail of another address."""
    domains = Domains.of(request.actor.customer_id)
    form = AskForm(request.POST if request.method == "POST" else None, domains=domains)
    if form.is_valid() and _is_asked(request, form):
        messages.success(request, _("Ihr Administrator entscheidet darüber."))
        return redirect("accounts:profile")
    context, status = {"form": form}, status_of(form)
    return render(request, "accounts/ask_address.html", context, status=status)


def _is_asked(request: ActorRequest, form: AskForm) -> bool:
    try:
        actions.ask_for(form.cleaned_data["address"], actor=request.actor)
    except RateLimited as error:
        form.add_error("address", ValidationError(error.user_message, code="limited"))
    return form.is_valid()
