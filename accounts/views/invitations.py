"""Invitations as an admin sends, repeats and withdraws them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import people as access
from accounts.actions import invitations as actions
from accounts.answers import status_of
from accounts.decorators import require_step_up
from accounts.errors import AlreadyMember, RateLimited
from accounts.forms.invitations import InviteForm
from accounts.mailboxes import Domains
from accounts.responses import portal_page
from accounts.tenancy import ActorRequest, Permission, require_permission


@require_http_methods(["GET", "HEAD", "POST"])
@require_step_up
@portal_page
def invite(request: ActorRequest) -> HttpResponse:
    """Ask whom to invite, then mail the link."""
    require_permission(request.actor, Permission.MANAGE_PEOPLE)
    data = request.POST if request.method == "POST" else None
    form = InviteForm(data, domains=Domains.of(request.actor.customer_id))
    if form.is_valid() and _is_sent(request, form):
        messages.success(request, _("Die Einladung ist unterwegs."))
        return redirect("accounts:people")
    context, status = {"form": form}, status_of(form)
    return render(request, "accounts/invite.html", context, status=status)


def _is_sent(request: ActorRequest, form: InviteForm) -> bool:
    try:
        actions.invite(form.invitee, actor=request.actor)
    except AlreadyMember as error:
        form.add_error("email", error.user_message)
    except RateLimited as error:
        form.add_error(None, ValidationError(error.user_message, code="limited"))
    return form.is_valid()


@require_POST
@portal_page
def send_again(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Mail a new link in place of the old one."""
    invitation = access.get_invitation(request.actor, pk)
    try:
        actions.send_again(invitation, actor=request.actor)
    except RateLimited as error:
        messages.error(request, error.user_message)
    else:
        messages.success(request, _("Die Einladung ist erneut unterwegs."))
    return redirect("accounts:people")


@require_POST
@portal_page
def withdraw(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Void the link."""
    invitation = access.get_invitation(request.actor, pk)
    actions.withdraw(invitation, actor=request.actor)
    messages.success(request, _("Die Einladung ist zurückgezogen."))
    return redirect("accounts:people")
