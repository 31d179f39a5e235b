"""Log-in: two_factor's wizard, with our forms and devices."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from formtools.wizard.views import SessionWizardView
from two_factor.views import core

from accounts import browsers, ceremonies, methods, second_factor, sessions
from accounts.actions import sign_ins
from accounts.answers import send_code, state_of_code, status_of, was_tried
from accounts.detours import safe_next
from accounts.forms.codes import FactorCodeForm
from accounts.forms.passwords import SignInForm
from accounts.models import (
    PasskeyDevice,
    RecoverySheet,
    SmsCode,
    SmsDevice,
    TotpDevice,
    TrustedBrowser,
    User,
)
from accounts.second_factor import Way

# The person whose browser it is stands in the session, and may change within a request.
UNASKED = object()

__all__ = ["LoginView", "methods"]  # methods fills two_factor's registry


class LoginView(core.LoginView):  # type: ignore[misc]  # two_factor is not typed
    """Password, then a code if the person has a second factor: two screens at most."""

    form_list = (
        (core.LoginView.AUTH_STEP, SignInForm),
        (core.LoginView.TOKEN_STEP, FactorCodeForm),
    )
    condition_dict = {core.LoginView.TOKEN_STEP: lambda self: self.has_token_step()}
    template_name = "two_factor/core/login.html"
    send_error = ""
    device_cache: Way | None
    trust_cache: TrustedBrowser | object | None = UNASKED

    def __init__(self, **kwargs: Any) -> None:
        """Take a list of forms of its own: two_factor writes into the one of all."""
        super().__init__(**kwargs)
        self.form_list = dict(self.form_list)  # type: ignore[assignment]  # formtools

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
        if not user or not second_factor.has_factor(user):
            return False
        return self.find_trusted() is None

    def find_trusted(self) -> TrustedBrowser | None:
        """Return the trust that this browser enjoys with the person; asked once."""
        user = self.get_user()
        if self.trust_cache is UNASKED:
            trusted = browsers.find_trusted(user, browsers.describe(self.request))
            waived = trusted if second_factor.has_factor(user) else None
            self.trust_cache = waived
        return self.trust_cache  # type: ignore[return-value]  # not UNASKED any more

    def may_trust(self) -> bool:
        """Say whether the page may offer to trust this browser: with a code only."""
        return (
            self.steps.current == self.TOKEN_STEP
            and not isinstance(self.get_device(), RecoverySheet)
            and browsers.may_trust(self.get_user())
        )

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
            self.trust_cache = UNASKED
            # Whoever planted the key of this session in the browser stays outside.
            self.request.session.cycle_key()
        return data

    def get_device(self, step: str | None = None) -> Way | None:  # noqa: ARG002
        """Return the device the person chose, else the first one."""
        if self.device_cache is None:
            wanted = self.request.POST.get("challenge_device") or self.storage.data.get(
                "challenge_device", ""
            )
            self.device_cache = second_factor.choose_way(self.get_user(), wanted)
        return self.device_cache

    def render(self, form: forms.Form | None = None, **kwargs: Any) -> HttpResponse:
        """Note what was refused; send the code when its page comes up anew."""
        status = status_of(form)
        is_code_step = self.steps.current == self.TOKEN_STEP
        if was_tried(form):
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
        sign_ins.note_failed_sign_in(email, step=self.steps.current)

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
        ended = self.request.session.pop(sessions.ENDED_KEY, "")
        context["ended"] = sessions.ENDED_TEXTS.get(ended, "")
        if self.steps.current == self.TOKEN_STEP:
            device = self.get_device()
            others = second_factor.list_others(self.get_user(), device)
            context |= {
                "device": device,
                "is_sms": isinstance(device, SmsDevice),
                "is_recovery": isinstance(device, RecoverySheet),
                "is_passkey": isinstance(device, PasskeyDevice),
                "other_passkeys": [w for w in others if isinstance(w, PasskeyDevice)],
                "other_apps": [w for w in others if isinstance(w, TotpDevice)],
                "other_numbers": [w for w in others if isinstance(w, SmsDevice)],
                "other_sheets": [w for w in others if isinstance(w, RecoverySheet)],
                "may_trust": self.may_trust(),
                "trust_days": settings.REMEMBER_BROWSER_DAYS,
                "send_error": self.send_error,
            }
            if isinstance(device, SmsDevice):
                context |= state_of_code(
                    self.request,
                    self.get_user(),
                    device.number,
                    SmsCode.Purpose.LOGIN,
                )
            if isinstance(device, PasskeyDevice):
                context["ceremony"] = ceremonies.begin_use(
                    self.request, self.get_user(), ceremonies.Purpose.LOGIN
                )
        return context

    def done(self, _form_list: object, **_kwargs: Any) -> HttpResponseBase:
        """Log in under a new session key, verified if a code was shown or is waived."""
        user = self.get_user()
        trusted = self.find_trusted()
        if trusted is not None:
            user.otp_device = trusted
        # Another person's log-in in this browser ends, and the wizard's data with it.
        replaced = sessions.current_id(self.request)
        shall_trust = self.may_trust() and bool(self.request.POST.get("trust"))
        login(self.request, user)
        if trusted is None:
            second_factor.note_proof(self.request)
        way = getattr(user, "otp_device", None)
        caller = sign_ins.renew_token(browsers.describe(self.request))
        sign_in = sign_ins.open_sign_in(
            user, caller, kind=way.name if way else "", replaced=replaced
        )
        self.request.session[sessions.SIGN_IN_KEY] = str(sign_in.pk)
        if shall_trust:
            caller = sign_ins.trust_browser(sign_in, caller)
        response = redirect(safe_next(self.request))
        browsers.set_cookie(response, caller.token)
        return response
