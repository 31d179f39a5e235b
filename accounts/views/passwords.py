"""Passwords: changed, forgotten, reset by a mailed link."""

from __future__ import annotations

from django.contrib import auth, messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import (
    INTERNAL_RESET_SESSION_TOKEN,
    PasswordResetConfirmView,
)
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import (
    require_http_methods,
    require_safe,
)

from accounts import browsers, sessions, throttles
from accounts.actions import passwords
from accounts.answers import status_of
from accounts.decorators import require_step_up
from accounts.errors import RateLimited
from accounts.forms.passwords import ChangePasswordForm, EmailForm, NewPasswordForm
from accounts.models import User
from accounts.views.person import person_of


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters()
@require_step_up
def change_password(request: HttpRequest) -> HttpResponse:
    """Set another password; other sessions end, this one goes on under a new key."""
    user = person_of(request)
    form = ChangePasswordForm(request, data=request.POST or None)
    if not form.is_valid():
        context, status = {"form": form}, status_of(form)
        return render(request, "accounts/change_password.html", context, status=status)
    passwords.set_password(
        user,
        form.cleaned_data["new_password1"],
        action="password.change",
        keep=sessions.current_id(request),
    )
    auth.update_session_auth_hash(request, user)
    messages.success(request, _("Ihr Passwort ist geändert."))
    return redirect("accounts:profile")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_not_required
def password_reset(request: HttpRequest) -> HttpResponse:
    """Mail a link; the answer is the same whether the address is known or not."""
    form = EmailForm(request.POST or None)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        email, network = form.cleaned_data["email"], throttles.client_network(request)
        browser = browsers.name_known(request, email)
        try:
            passwords.request_password_reset(email, network=network, browser=browser)
        except RateLimited as error:
            form.add_error("email", error.user_message)
            status = 429
        else:
            return redirect("accounts:password_reset_sent")
    return render(
        request, "accounts/password_reset.html", {"form": form}, status=status
    )


@require_safe
@never_cache
@login_not_required
def password_reset_sent(request: HttpRequest) -> HttpResponse:
    """Say that a mail is on its way, if the address is known."""
    return render(request, "accounts/password_reset_sent.html")


class PasswordResetConfirm(PasswordResetConfirmView):
    """Set a new password by the mailed link; nobody is logged in by it."""

    form_class = NewPasswordForm
    template_name = "accounts/password_reset_confirm.html"

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """Set it, leave the second factors as they are."""
        password = form.cleaned_data["new_password1"]
        user: User = self.user  # type: ignore[assignment]  # the link was valid
        passwords.set_password(user, password, action="password.reset")
        del self.request.session[INTERNAL_RESET_SESSION_TOKEN]
        return redirect("accounts:password_reset_done")


@require_safe
@never_cache
@login_not_required
def password_reset_done(request: HttpRequest) -> HttpResponse:
    """Say that the new password holds, and that the code is asked for as ever."""
    return render(request, "accounts/password_reset_done.html")
