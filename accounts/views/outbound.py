"""Accounts for the outbound scanner, a customer's admin's."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts import outbound
from accounts.actions.outbound import (
    create_outbound_account,
    end_outbound_account,
    renew_outbound_account,
)
from accounts.answers import status_of
from accounts.decorators import require_step_up
from accounts.errors import (
    OutboundAccountEnded,
    RateLimited,
    TooManyOutboundAccounts,
)
from accounts.forms.outbound import OutboundNameForm
from accounts.outbound import Credentials
from accounts.responses import portal_page
from accounts.tenancy import ActorRequest


@require_safe
@portal_page
def outbound_accounts(request: ActorRequest) -> HttpResponse:
    """Show which accounts let in, and which are over."""
    return _accounts(request, OutboundNameForm())


@require_POST
@require_step_up
@portal_page
def create_outbound(request: ActorRequest) -> HttpResponse:
    """Make an account and show its password this one time."""
    form = OutboundNameForm(request.POST)
    if not form.is_valid():
        return _accounts(request, form)
    try:
        made = create_outbound_account(form.cleaned_data["name"], actor=request.actor)
    except TooManyOutboundAccounts as error:
        form.add_error(None, error.user_message)
        return _accounts(request, form)
    except RateLimited as error:
        form.add_error(None, ValidationError(error.user_message, code="limited"))
        return _accounts(request, form)
    return _show_once(request, made)


@require_POST
@require_step_up
@portal_page
def renew_outbound(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Make the account's successor and show its password this one time."""
    account = outbound.get_account(request.actor, pk)
    try:
        made = renew_outbound_account(account, actor=request.actor)
    except (RateLimited, TooManyOutboundAccounts) as error:
        messages.error(request, error.user_message)
    except OutboundAccountEnded:
        messages.error(request, _("Dieses Konto ist bereits beendet."))
    else:
        return _show_once(request, made)
    return redirect("accounts:outbound_accounts")


@require_http_methods(["GET", "HEAD", "POST"])
@require_step_up
@portal_page
def end_outbound(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Ask once more, then end the account."""
    account = outbound.get_account(request.actor, pk)
    if request.method != "POST":
        return render(request, "accounts/end_outbound.html", {"account": account})
    try:
        end_outbound_account(account, actor=request.actor)
    except OutboundAccountEnded:
        messages.info(request, _("Dieses Konto ist bereits beendet."))
    else:
        messages.success(
            request, _("Das Konto ist beendet. Es lässt niemanden mehr ein.")
        )
    return redirect("accounts:outbound_accounts")


def _show_once(request: HttpRequest, made: Credentials) -> HttpResponse:
    context = {
        "account": made.account,
        "password": made.password,
        "scanner": outbound.find_scanner(),
    }
    return render(request, "accounts/outbound_created.html", context)


def _accounts(request: ActorRequest, form: OutboundNameForm) -> HttpResponse:
    context = {
        "form": form,
        "live": outbound.list_live(request.actor),
        "ended": outbound.list_ended(request.actor),
        "scanner": outbound.find_scanner(),
    }
    status = status_of(form)
    return render(request, "accounts/outbound_accounts.html", context, status=status)
