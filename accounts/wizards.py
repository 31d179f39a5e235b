"""Log-in and enrolment: two_factor's wizards, guarded, with our forms and devices."""

from __future__ import annotations

import base64
import time
from contextlib import suppress
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from formtools.wizard.views import SessionWizardView
from two_factor.forms import MethodForm
from two_factor.plugins.registry import MethodNotFoundError, registry
from two_factor.views import core
from two_factor.views.utils import IdempotentSessionWizardView

from accounts import actions, methods, qr, second_factor, sms, throttles, totp
from accounts.detours import lead_to, safe_next
from accounts.errors import RateLimited, SmsUnavailable
from accounts.forms import (
    AppForm,
    FactorCodeForm,
    NumberCodeForm,
    SignInForm,
    is_limited,
)
from accounts.keyring import seal, unseal
from accounts.models import SmsCode, SmsDevice, User
from accounts.phone_numbers import mask
from accounts.second_factor import Factor

__all__ = ["LoginView", "SetupView", "methods"]

ENROLMENT_SECONDS = 30 * 60


def send_code(request: HttpRequest, user: User, number: str, purpose: str) -> str:
    """Send a code and remember its SMS for the status line; return what went wrong."""
    network = throttles.client_network(request)
    try:
        message = actions.send_code(user, number, purpose, network=network)
    except RateLimited as error:
        return error.user_message
    except SmsUnavailable:
        return _(
            "Zurzeit können keine SMS gesendet werden. Nehmen Sie einen anderen Weg."
        )
    request.session["sms_message"] = str(message.pk)
    return ""


def _status_of(form: forms.BaseForm | None) -> int:
    if form is None or not form.is_bound or form.is_valid():
        return 200
    return 429 if is_limited(form) else 422


class LoginView(core.LoginView):  # type: ignore[misc]  # two_factor is not typed
    """Password, then a code if the person has a second factor: two screens at most."""

    form_list = (
        (core.LoginView.AUTH_STEP, SignInForm),
        (core.LoginView.TOKEN_STEP, FactorCodeForm),
    )
    condition_dict = {core.LoginView.TOKEN_STEP: lambda self: self.has_token_step()}
    template_name = "two_factor/core/login.html"
    send_error = ""
    device_cache: Factor | None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Start anew; whoever is fully logged in already goes on."""
        user = request.user
        if isinstance(user, User) and (
            second_factor.is_verified(request) or not second_factor.has_factor(user)
        ):
            return redirect(safe_next(request))
        response: HttpResponseBase = super().get(request, *args, **kwargs)
        return response

    def post(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse to ask a device for a code before the password was right."""
        asks_device = "challenge_device" in self.request.POST
        if asks_device and not self.get_user():
            return redirect("two_factor:login")
        response: HttpResponseBase = super().post(*args, **kwargs)
        return response

    def has_token_step(self) -> bool:
        """Ask for a code whenever a confirmed device exists."""
        user = self.get_user()
        return bool(user) and second_factor.has_factor(user)

    def get_form_kwargs(self, step: str | None = None) -> dict[str, Any]:
        """Hand each form what it checks against."""
        if step is None:
            return {}
        kwargs: dict[str, Any] = {"request": self.request}
        if step == self.TOKEN_STEP:
            kwargs |= {"user": self.get_user(), "initial_device": self.get_device()}
        return kwargs

    def process_step(self, form: forms.Form) -> object:
        """Forget whom an earlier password step of this session named."""
        is_password_step = self.steps.current == self.AUTH_STEP
        data = super().process_step(form)
        if is_password_step:
            self.user_cache = None
            self.device_cache = None
        return data

    def get_device(self, step: str | None = None) -> Factor | None:  # noqa: ARG002
        """Return the device the person chose, else the first one."""
        if self.device_cache is None:
            wanted = self.request.POST.get("challenge_device") or self.storage.data.get(
                "challenge_device", ""
            )
            self.device_cache = second_factor.choose_factor(self.get_user(), wanted)
        return self.device_cache

    def render(self, form: forms.Form | None = None, **kwargs: Any) -> HttpResponse:
        """Note what was refused; send the code when its page comes up anew."""
        status = _status_of(form)
        is_code_step = self.steps.current == self.TOKEN_STEP
        if status == 422:
            self._note_failure()
        elif status == 200 and is_code_step:
            self._send_code()
        response: HttpResponse = SessionWizardView.render(self, form, **kwargs)
        response.status_code = status
        return response

    def _note_failure(self) -> None:
        user = self.get_user()
        typed = self.request.POST.get("auth-username", "")
        email = user.email if user and self.steps.current != self.AUTH_STEP else typed
        actions.note_failed_sign_in(email, step=self.steps.current)

    def _send_code(self) -> None:
        device = self.get_device()
        if isinstance(device, SmsDevice):
            self.send_error = send_code(
                self.request, self.get_user(), device.number, SmsCode.Purpose.LOGIN
            )

    def get_context_data(self, form: forms.Form, **kwargs: Any) -> dict[str, Any]:
        """Add the device that is asked, and the others."""
        context: dict[str, Any] = SessionWizardView.get_context_data(
            self, form, **kwargs
        )
        context["next"] = safe_next(self.request)
        if self.steps.current == self.TOKEN_STEP:
            device = self.get_device()
            factors = second_factor.list_factors(self.get_user())
            context |= {
                "device": device,
                "is_sms": isinstance(device, SmsDevice),
                "other_apps": [f for f in factors if f != device and not is_sms(f)],
                "other_numbers": [f for f in factors if f != device and is_sms(f)],
                "send_error": self.send_error,
                "sms": sms.find_message(self.request.session.get("sms_message", "")),
            }
        return context

    def done(self, _form_list: object, **_kwargs: Any) -> HttpResponseBase:
        """Log in under a new session key, verified if a code was shown."""
        user = self.get_user()
        login(self.request, user)
        second_factor.note_proof(self.request)
        factor = getattr(user, "otp_device", None)
        actions.note_sign_in(user, kind=factor.name if factor else "")
        return redirect(safe_next(self.request))


def is_sms(factor: Factor) -> bool:
    """Say whether the factor is a number."""
    return isinstance(factor, SmsDevice)


class SetupView(core.SetupView):  # type: ignore[misc]  # two_factor is not typed
    """Choose a kind, connect it, prove it: for oneself, and only when that is safe.

    A session that has not shown an existing factor gets nothing here, by no method:
    a stolen password could otherwise enrol a factor of the thief's.
    """

    form_list = (("method", MethodForm),)
    template_name = "two_factor/core/setup.html"

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Guard every method alike."""
        user = request.user
        if (
            isinstance(user, User)
            and second_factor.has_factor(user)
            and not second_factor.is_verified(request)
        ):
            raise PermissionDenied
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Start anew, after a fresh proof of who it is."""
        if not second_factor.has_fresh_proof(request):
            return lead_to(request, "accounts:step_up")
        response: HttpResponseBase = SessionWizardView.get(
            self, request, *args, **kwargs
        )
        self.storage.extra_data["until"] = int(time.time()) + ENROLMENT_SECONDS
        return response

    def post(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Go on with what was started after that proof, for half an hour."""
        if self.storage.extra_data.get("until", 0) < time.time():
            return redirect(self.request.get_full_path())
        response: HttpResponseBase = IdempotentSessionWizardView.post(
            self, *args, **kwargs
        )
        return response

    def get_available_methods(self) -> list[Any]:
        """Offer what the operator has set up."""
        return [method for method in registry.get_methods() if method.is_available]

    def get_form_list(self) -> dict[str, Any]:
        """Return the steps: of the kind that was chosen, no other ones."""
        steps = dict(SessionWizardView.get_form_list(self))
        with suppress(MethodNotFoundError):
            steps.update(self.get_method().get_setup_forms(self))
        if "number" not in self.storage.extra_data:
            steps.pop("number_code", None)
        return steps

    def get_form_kwargs(self, step: str | None = None) -> dict[str, Any]:
        """Hand each form what it checks against, unsealed for this request only."""
        if step == "app":
            return {"request": self.request, "secret": self._pending_secret()}
        if step == "number_code":
            return {"request": self.request, "number": self._pending_number()}
        return {}

    def process_step(self, form: forms.Form) -> object:
        """Keep the chosen kind in the session; never a plain number or code."""
        if self.steps.current == "method":
            return super().process_step(form)
        if self.steps.current == "number":
            self._keep("number", form.cleaned_data["number"].encode())
        return None

    def render_next_step(self, form: forms.Form, **kwargs: Any) -> HttpResponse:
        """Send the code before its page is shown; stay where one is if that fails."""
        if self.steps.next == "number_code":
            number = form.cleaned_data["number"]
            failure = send_code(
                self.request, self.request.user, number, SmsCode.Purpose.ENROL
            )
            if failure:
                form.add_error("number", forms.ValidationError(failure, code="limited"))
                return self.render(form, **kwargs)
        # The grandparent's: the package would send a code of its own kind.
        response: HttpResponse = SessionWizardView.render_next_step(
            self, form, **kwargs
        )
        return response

    def render(self, form: forms.Form | None = None, **kwargs: Any) -> HttpResponse:
        """Answer a refused form as such."""
        status = _status_of(form)
        response: HttpResponse = SessionWizardView.render(self, form, **kwargs)
        response.status_code = status
        return response

    def render_done(
        self, form: AppForm | NumberCodeForm, **_kwargs: Any
    ) -> HttpResponseBase:
        """Keep what the last form proved; from here on it verifies the session."""
        device = form.enrol()
        self.storage.reset()
        second_factor.elevate(self.request, device)
        messages.success(self.request, _("Ihr zweiter Faktor ist eingerichtet."))
        return redirect(safe_next(self.request, "accounts:profile"))

    def get_context_data(self, form: forms.Form, **kwargs: Any) -> dict[str, Any]:
        """Add what the step shows: kinds, QR code and key, or the masked number."""
        context: dict[str, Any] = SessionWizardView.get_context_data(
            self, form, **kwargs
        )
        step = self.steps.current
        context["next"] = self.request.GET.get("next", "")
        if step == "method":
            context["methods"] = self.get_available_methods()
            context["demand"] = second_factor.find_demand(self.request.user)
        elif step == "app":
            context |= self._app_context()
        elif step == "number_code":
            context["number"] = mask(self._pending_number())
            context["sms"] = sms.find_message(
                self.request.session.get("sms_message", "")
            )
        return context

    def _app_context(self) -> dict[str, Any]:
        secret = self._pending_secret()
        uri = totp.enrolment_uri(
            secret,
            account=self.request.user.email,
            issuer=settings.PORTAL_NAME,
        )
        return {"uri": uri, "qr": qr.draw(uri), "typed_key": totp.typed_key(secret)}

    def _pending_secret(self) -> bytes:
        if "app" not in self.storage.extra_data:
            self._keep("app", totp.new_secret())
        return self._kept("app")

    def _pending_number(self) -> str:
        return self._kept("number").decode()

    def _keep(self, name: str, value: bytes) -> None:
        sealed = seal(value, purpose="enrolment")
        self.storage.extra_data[name] = base64.b64encode(sealed).decode()

    def _kept(self, name: str) -> bytes:
        sealed = self.storage.extra_data.get(name)
        if not sealed:
            return b""
        return unseal(base64.b64decode(sealed), purpose="enrolment")
