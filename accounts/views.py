"""Pages of accounts that are no wizard."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import auth, messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import (
    INTERNAL_RESET_SESSION_TOKEN,
    PasswordResetConfirmView,
)
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts import actions, second_factor, sms, throttles
from accounts.answers import send_code, status_of
from accounts.decorators import require_step_up
from accounts.detours import safe_next
from accounts.errors import FactorDemanded, FactorMissing, RateLimited
from accounts.forms import (
    EmailForm,
    FactorCodeForm,
    NewPasswordForm,
    NicknameForm,
    PasswordForm,
    RecoveryCodeForm,
)
from accounts.models import RecoverySheet, SmsCode, SmsDevice, User
from accounts.second_factor import Factor, Way


def _person(request: HttpRequest) -> User:
    """Return who is logged in: LoginRequiredMiddleware lets nobody else here."""
    user: User = request.user  # type: ignore[assignment]
    return user


@require_POST
@login_not_required
def logout(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if request.user.is_authenticated:
        actions.note_sign_out(_person(request))
    auth.logout(request)
    return redirect("two_factor:login")


@require_safe
@never_cache
def profile(request: HttpRequest) -> HttpResponse:
    """Show the account: second factors, recovery codes left, password."""
    user = _person(request)
    sheet = second_factor.find_sheet(user)
    context = {
        "person": user,
        "factors": second_factor.list_factors(user),
        "sheet": sheet,
        "codes_left": sheet.count_left() if sheet else 0,
        "demand": second_factor.find_demand(user),
    }
    return render(request, "accounts/profile.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require_step_up
def rename_factor(request: HttpRequest) -> HttpResponse:
    """Ask what one of one's own factors shall be called, then call it that."""
    user = _person(request)
    factor = _own_factor(request)
    data = request.POST if request.method == "POST" else None
    form = NicknameForm(data, initial={"nickname": factor.nickname})
    if not form.is_valid():
        context, status = {"form": form, "factor": factor}, status_of(form)
        return render(request, "accounts/rename_factor.html", context, status=status)
    actions.rename_factor(user, factor, form.cleaned_data["nickname"])
    messages.success(request, _("Der Name ist gespeichert."))
    return redirect("accounts:profile")


def _own_factor(request: HttpRequest) -> Factor:
    wanted = request.POST.get("factor") or request.GET.get("factor", "")
    factor = second_factor.find_factor(_person(request), wanted)
    if factor is None:
        raise Http404
    return factor


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require_step_up
def remove_factor(request: HttpRequest) -> HttpResponse:
    """Ask once more, then remove one of one's own factors."""
    user = _person(request)
    factor = _own_factor(request)
    if request.method != "POST":
        return render(request, "accounts/remove_factor.html", {"factor": factor})
    try:
        actions.remove_factor(user, factor)
    except FactorDemanded:
        messages.error(
            request,
            _("Ein zweiter Faktor ist verlangt. Richten Sie zuerst einen anderen ein."),
        )
    else:
        messages.success(request, _("Der zweite Faktor ist entfernt."))
    return redirect("accounts:profile")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require_step_up
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Ask once more, then make new recovery codes and show them this one time."""
    user = _person(request)
    if not second_factor.has_factor(user):
        return redirect("accounts:profile")
    if request.method != "POST":
        sheet = second_factor.find_sheet(user)
        return render(request, "accounts/renew_codes.html", {"sheet": sheet})
    try:
        codes = actions.renew_codes(user)
    except FactorMissing:  # removed in this very moment
        return redirect("accounts:profile")
    second_factor.keep_verified(request)
    context = {"codes": codes, "next": reverse("accounts:profile")}
    return render(request, "accounts/recovery_codes.html", context)


@require_POST
def recovery_codes_kept(request: HttpRequest) -> HttpResponse:
    """Take the person's word that the codes are put away, and go on."""
    if request.POST.get("kept"):
        actions.note_codes_kept(_person(request))
    return redirect(safe_next(request, "accounts:profile"))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters()
@require_step_up
def change_password(request: HttpRequest) -> HttpResponse:
    """Set another password; other sessions end, this one goes on under a new key."""
    user = _person(request)
    form = NewPasswordForm(user, request.POST or None)
    if not form.is_valid():
        context, status = {"form": form}, status_of(form)
        return render(request, "accounts/change_password.html", context, status=status)
    actions.set_password(
        user, form.cleaned_data["new_password1"], action="password.change"
    )
    auth.update_session_auth_hash(request, user)
    messages.success(request, _("Ihr Passwort ist geändert."))
    return redirect("accounts:profile")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters()
def step_up(request: HttpRequest) -> HttpResponse:
    """Ask for the second factor again, of whoever has none for the password."""
    user = _person(request)
    factor = second_factor.choose_way(user, request.GET.get("factor", ""))
    form = _step_up_form(request, user, factor)
    if form.is_valid():
        if factor is None:
            second_factor.note_proof(request)
        else:
            second_factor.elevate(request, factor)
        return redirect(safe_next(request))
    context = {
        "form": form,
        "factor": factor,
        "is_sms": isinstance(factor, SmsDevice),
        "is_recovery": isinstance(factor, RecoverySheet),
        "others": [way for way in second_factor.list_ways(user) if way != factor],
        "next": safe_next(request),
        "sms": sms.find_message(request.session.get("sms_message", "")),
    }
    return render(request, "accounts/step_up.html", context, status=status_of(form))


def _step_up_form(
    request: HttpRequest, user: User, factor: Way | None
) -> PasswordForm | FactorCodeForm:
    data = request.POST if request.method == "POST" else None
    if factor is None:
        return PasswordForm(data=data, request=request)
    kind = RecoveryCodeForm if isinstance(factor, RecoverySheet) else FactorCodeForm
    return kind(data=data, request=request, user=user, initial_device=factor)


@require_POST
def send_step_up_code(request: HttpRequest) -> HttpResponseBase:
    """Send a code to one of one's own numbers, then lead back to its field."""
    user = _person(request)
    factor = second_factor.find_factor(user, request.POST.get("factor", ""))
    if not isinstance(factor, SmsDevice):
        raise Http404
    failure = send_code(request, user, factor.number, SmsCode.Purpose.LOGIN)
    if failure:
        messages.error(request, failure)
    asked = urlencode({"factor": factor.persistent_id, "next": safe_next(request)})
    return redirect(f"{reverse('accounts:step_up')}?{asked}")


@require_safe
@never_cache
@login_not_required
def sms_status(request: HttpRequest) -> HttpResponse:
    """Say where the SMS stands that this session has asked for last."""
    message = sms.find_message(request.session.get("sms_message", ""))
    return render(request, "accounts/_sms_status.html", {"sms": message})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_not_required
def password_reset(request: HttpRequest) -> HttpResponse:
    """Mail a link; the answer is the same whether the address is known or not."""
    form = EmailForm(request.POST or None)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        network = throttles.client_network(request)
        try:
            actions.request_password_reset(form.cleaned_data["email"], network=network)
        except RateLimited as error:
            form.add_error("email", error.user_message)
            status = 429
        else:
            return redirect("accounts:password_reset_sent")
    return render(
        request, "accounts/password_reset.html", {"form": form}, status=status
    )


@require_safe
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
        actions.set_password(user, password, action="password.reset")
        del self.request.session[INTERNAL_RESET_SESSION_TOKEN]
        return redirect("accounts:password_reset_done")


@require_safe
@login_not_required
def password_reset_done(request: HttpRequest) -> HttpResponse:
    """Say that the new password holds, and that the code is asked for as ever."""
    return render(request, "accounts/password_reset_done.html")
