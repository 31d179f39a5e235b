"""Enrolment: two_factor's wizard, guarded, with our forms and devices."""

from __future__ import annotations

import base64
import time
from contextlib import suppress
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
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

from accounts import ceremonies, methods, passkeys, qr, second_factor, totp
from accounts.actions import recovery_codes
from accounts.answers import send_code, show_codes, state_of_code, status_of
from accounts.detours import lead_to, safe_next
from accounts.factor_demand import find_demand
from accounts.forms.factors import AppForm, NumberCodeForm
from accounts.forms.passkeys import NewPasskeyForm
from accounts.keyring import seal, unseal
from accounts.models import SmsCode, User
from accounts.phone_numbers import mask

__all__ = ["SetupView", "methods"]  # methods fills two_factor's registry

ENROLMENT_SECONDS = 30 * 60


class KindForm(MethodForm):  # type: ignore[misc]  # two_factor is not typed
    """The kind of factor to enrol: one that can be chosen, not every one there is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        offered = [kind for kind in registry.get_methods() if kind.is_available]
        self.fields["method"].choices = [(k.code, k.verbose_name) for k in offered]


class SetupView(core.SetupView):  # type: ignore[misc]  # two_factor is not typed
    """Choose a kind, connect it, prove it: for oneself, and only when that is safe.

    A session that has not shown an existing factor gets nothing here, by no method:
    a stolen password could otherwise enrol a factor of the thief's.
    """

    form_list = (("method", KindForm),)
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
        """Offer what the operator has set up, passkeys only where browsers do them."""
        offered = [kind for kind in registry.get_methods() if kind.is_available]
        if ceremonies.find_elsewhere(self.request):
            return [kind for kind in offered if kind.code != "passkey"]
        return offered

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
        if step == "passkey":
            return {"request": self.request}
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
            if failure and not self._code_is_out(number):
                form.add_error("number", forms.ValidationError(failure, code="limited"))
                return self.render(form, **kwargs)
        # The grandparent's: the package would send a code of its own kind.
        response: HttpResponse = SessionWizardView.render_next_step(
            self, form, **kwargs
        )
        return response

    def render(self, form: forms.Form | None = None, **kwargs: Any) -> HttpResponse:
        """Answer a refused form as such."""
        status = status_of(form)
        response: HttpResponse = SessionWizardView.render(self, form, **kwargs)
        response.status_code = status
        return response

    def render_done(
        self, form: AppForm | NumberCodeForm | NewPasskeyForm, **_kwargs: Any
    ) -> HttpResponseBase:
        """Keep what the last form proved; from here on it verifies the session.

        With the first factor come recovery codes, in this answer and never again.
        """
        device = form.enrol()
        self.storage.reset()
        second_factor.elevate(self.request, device)
        messages.success(self.request, _("Ihr zweiter Faktor ist eingerichtet."))
        codes = recovery_codes.issue_first_codes(self.request.user)
        target = safe_next(self.request, "accounts:profile")
        if not codes:
            return redirect(target)
        return show_codes(self.request, codes, target=target, is_enrolment=True)

    def get_context_data(self, form: forms.Form, **kwargs: Any) -> dict[str, Any]:
        """Add what the step shows: kinds, QR code and key, or the masked number."""
        context: dict[str, Any] = SessionWizardView.get_context_data(
            self, form, **kwargs
        )
        step = self.steps.current
        context["next"] = self.request.GET.get("next", "")
        context["brings_codes"] = not second_factor.find_sheet(self.request.user)
        if step == "method":
            context["methods"] = self.get_available_methods()
            context["demand"] = find_demand(self.request.user)
            context["passkeys_elsewhere"] = ceremonies.find_elsewhere(self.request)
            context["no_passkeys"] = passkeys.find_party() is None
        elif step == "app":
            context |= self._app_context()
        elif step == "passkey":
            context["ceremony"] = ceremonies.begin_enrolment(
                self.request, self.request.user
            )
        elif step == "number_code":
            number = self._pending_number()
            context["number"] = mask(number)
            context |= state_of_code(
                self.request, self.request.user, number, SmsCode.Purpose.ENROL
            )
        return context

    def _code_is_out(self, number: str) -> bool:
        """Say whether the code sent before is good for the same number: type that."""
        return SmsCode.is_out(
            self.request.user,
            number,
            SmsCode.Purpose.ENROL,
            binding=second_factor.binding_of(self.request),
        )

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
