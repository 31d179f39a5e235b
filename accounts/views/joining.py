"""The link of an invitation, as the person who was invited opens it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import throttles
from accounts.access.people import find_account
from accounts.actions import invitations as actions
from accounts.answers import status_of
from accounts.errors import InvitationVoid, RateLimited
from accounts.forms.invitations import JoinForm
from accounts.invitation_links import find_open
from accounts.models import Invitation, User
from accounts.views.person import person_of


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters()
@login_not_required
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show the invitation; whoever has no password sets the first one here."""
    found = find_open(token)
    if found is None:
        return _void(request)
    account = find_account(found.email)
    if account is not None and account.has_usable_password():
        if find_open(token) is None:  # another click has made it in this moment
            return _void(request)
        context = {
            "invitation": found,
            "token": token,
            "is_addressee": request.user == account,
        }
        return render(request, "accounts/invitation.html", context)
    return _join(request, found, account)


def _join(
    request: HttpRequest, found: Invitation, account: User | None
) -> HttpResponse:
    """Ask for name and password, then make the account; nobody is logged in by it."""
    newcomer = account or User(email=found.email, full_name=found.full_name)
    form = JoinForm(newcomer, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context, status = {"invitation": found, "form": form}, status_of(form)
        return render(request, "accounts/invitation.html", context, status=status)
    data = form.cleaned_data
    try:
        actions.accept_as_new(found, data["new_password1"], full_name=data["full_name"])
    except InvitationVoid:
        return _void(request)
    messages.success(request, _("Ihr Passwort ist gesetzt. Melden Sie sich damit an."))
    return redirect("two_factor:login")


@require_POST
@never_cache
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Let whoever is logged in join, if the invitation is theirs."""
    found = find_open(token)
    if found is None:
        return _void(request)
    try:
        actions.accept(found, person_of(request))
    except InvitationVoid:
        return _void(request)
    request.session["customer_id"] = str(found.customer_id)
    messages.success(request, _("Sie gehören jetzt dazu."))
    return redirect("start")


def _void(request: HttpRequest) -> HttpResponse:
    """Say the same of a guessed link as of a used one, and count it.

    A right link is let in however many others tried: nobody keeps the invited out.
    """
    context, status = {}, 404
    try:
        throttles.hit("token", throttles.client_network(request))
    except RateLimited as error:
        context, status = {"refusal": error.user_message}, 429
    return render(request, "accounts/invitation_void.html", context, status=status)
