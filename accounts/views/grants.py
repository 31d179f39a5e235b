"""Whose mail a person sees, as an admin gives and takes it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import people as access
from accounts.actions import grants as actions
from accounts.answers import status_of
from accounts.decorators import require_step_up
from accounts.forms.grants import AddressIdForm, GrantForm
from accounts.mailboxes import Domains
from accounts.models import AddressGrant, Membership
from accounts.responses import portal_page
from accounts.tenancy import ActorRequest


@require_http_methods(["GET", "HEAD", "POST"])
@require_step_up
@portal_page
def grant(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Ask for address and rights, then give them; those of the address change."""
    membership = access.get_person(request.actor, pk)
    domains = Domains.of(request.actor.customer_id)
    found = _asked_for(request, membership)
    form = GrantForm(
        request.POST if request.method == "POST" else None,
        domains=domains,
        initial=GrantForm.initial_of(found) if found else None,
    )
    if not form.is_valid():
        context = {"person": membership.user, "form": form, "found": found}
        return render(request, "accounts/grant.html", context, status=status_of(form))
    mailbox = form.cleaned_data["address"]
    actions.give(membership, mailbox, form.rights, actor=request.actor)
    messages.success(request, _("Der Zugriff ist gespeichert."))
    return redirect("accounts:person", pk=pk)


def _asked_for(request: ActorRequest, membership: Membership) -> AddressGrant | None:
    wanted = AddressIdForm.read(request.GET)
    grants = access.list_grants(request.actor, [membership.user_id])
    return next((one for one in grants if one.address_id == wanted), None)


@require_POST
@portal_page
def take_grant(request: ActorRequest, pk: UUID) -> HttpResponse:
    """End one grant."""
    membership = access.get_person(request.actor, pk)
    address_id = AddressIdForm.read(request.POST)
    if address_id is not None:
        actions.take(membership, address_id, actor=request.actor)
        messages.success(request, _("Der Zugriff ist beendet."))
    return redirect("accounts:person", pk=pk)
