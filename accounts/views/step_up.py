"""The proof that is asked for again."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts import ceremonies, second_factor, sms
from accounts.actions import sign_ins
from accounts.answers import send_code, state_of_code, status_of, was_tried
from accounts.detours import safe_next
from accounts.forms.codes import FactorCodeForm, RecoveryCodeForm
from accounts.forms.passkeys import StepUpPasskeyForm
from accounts.forms.passwords import PasswordForm
from accounts.models import PasskeyDevice, RecoverySheet, SmsCode, SmsDevice, User
from accounts.second_factor import Way
from accounts.views.person import person_of


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters()
def step_up(request: HttpRequest) -> HttpResponse:
    """Ask for the second factor again, of whoever has none for the password."""
    user = person_of(request)
    factor = second_factor.choose_way(user, request.GET.get("factor", ""))
    form = _step_up_form(request, user, factor)
    if form.is_valid():
        if isinstance(form, FactorCodeForm):
            second_factor.elevate(request, form.factor)
        else:
            second_factor.renew_proof(request)
        return redirect(safe_next(request))
    if was_tried(form):
        sign_ins.note_failed_sign_in(user.email, step="step_up")
    context = _step_up_context(request, user, factor) | {"form": form}
    return render(request, "accounts/step_up.html", context, status=status_of(form))


def _step_up_form(
    request: HttpRequest, user: User, factor: Way | None
) -> PasswordForm | FactorCodeForm:
    data = request.POST if request.method == "POST" else None
    if factor is None:
        return PasswordForm(data=data, request=request)
    kinds = {RecoverySheet: RecoveryCodeForm, PasskeyDevice: StepUpPasskeyForm}
    kind = kinds.get(type(factor), FactorCodeForm)
    return kind(data=data, request=request, user=user, initial_device=factor)


def _step_up_context(
    request: HttpRequest, user: User, factor: Way | None
) -> dict[str, object]:
    context: dict[str, object] = {
        "factor": factor,
        "is_sms": isinstance(factor, SmsDevice),
        "is_recovery": isinstance(factor, RecoverySheet),
        "is_passkey": isinstance(factor, PasskeyDevice),
        "others": second_factor.list_others(user, factor),
        "next": safe_next(request),
    }
    if isinstance(factor, SmsDevice):
        purpose = SmsCode.Purpose.LOGIN
        context |= state_of_code(request, user, factor.number, purpose)
    if isinstance(factor, PasskeyDevice):
        context["ceremony"] = ceremonies.begin_use(
            request, user, ceremonies.Purpose.STEP_UP
        )
    return context


@require_POST
def send_step_up_code(request: HttpRequest) -> HttpResponseBase:
    """Send a code to one of one's own numbers, then lead back to its field."""
    user = person_of(request)
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
    message = sms.find_last_message(request.session.get("sms_message", ""))
    return render(request, "accounts/_sms_status.html", {"sms": message})
