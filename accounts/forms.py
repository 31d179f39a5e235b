"""What people may type into the pages of accounts."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import actions, recovery, second_factor, throttles, totp
from accounts.errors import NumberRefused, RateLimited
from accounts.models import RecoverySheet, SmsCode, SmsDevice, TotpDevice, User
from accounts.models.devices import NICKNAME_LENGTH
from accounts.phone_numbers import parse_mobile
from accounts.second_factor import Way

WRONG_PASSWORD = _("E-Mail-Adresse oder Passwort stimmt nicht.")


class EmailForm(forms.Form):
    """The address to send a link to."""

    email = forms.EmailField(
        label=_("Ihre E-Mail-Adresse"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )


class SignInForm(AuthenticationForm):
    """Address and password; the limits answer before the password is looked at."""

    error_messages = {"invalid_login": WRONG_PASSWORD, "inactive": WRONG_PASSWORD}

    username = forms.EmailField(
        label=_("Ihre E-Mail-Adresse"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("Passwort"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest | None = None, **kwargs: Any) -> None:
        super().__init__(request, **kwargs)
        self.fields["username"].label = _("Ihre E-Mail-Adresse")

    def clean(self) -> dict[str, Any]:
        """Log in; a limit that is reached becomes a sentence."""
        try:
            return super().clean()
        except RateLimited as error:
            raise ValidationError(error.user_message, code="limited") from error


class PasswordForm(forms.Form):
    """The person's own password, asked again."""

    password = forms.CharField(
        label=_("Passwort"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.request = request

    def clean_password(self) -> str:
        """Refuse a wrong one; raise nothing but ValidationError."""
        password: str = self.cleaned_data["password"]
        user = self.request.user
        try:
            right = second_factor.verify_password(user, password, self.request)  # type: ignore[arg-type]
        except RateLimited as error:
            raise ValidationError(error.user_message, code="limited") from error
        if not right:
            raise ValidationError(_("Dieses Passwort stimmt nicht."), code="wrong")
        return password


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # no generic at run time
    """A new password, twice."""

    new_password1 = forms.CharField(
        label=_("Neues Passwort"),
        help_text=_("Mindestens 12 Zeichen. Ein Satz ist leichter zu merken."),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    new_password2 = forms.CharField(
        label=_("Neues Passwort noch einmal"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class CodeForm(forms.Form):
    """Six digits, unless a subclass reads otherwise; it says of what."""

    # For formtools: the first validation uses the code up, so there is no second.
    idempotent = False
    shape = _("Der Code besteht aus sechs Ziffern.")
    wrong = _("Dieser Code stimmt nicht oder ist abgelaufen.")

    code = forms.CharField(
        label=_("Code"),
        max_length=12,
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "autofocus": True,
            }
        ),
    )

    def __init__(self, *, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.request = request

    def clean_code(self) -> str:
        """Use the code up, spaces allowed; raise nothing but ValidationError."""
        code = self.read(self.cleaned_data["code"])
        if not code:
            raise ValidationError(self.shape, code="form")
        try:
            right = self.is_right(code)
        except RateLimited as error:
            raise ValidationError(error.user_message, code="limited") from error
        if not right:
            raise ValidationError(self.wrong, code="wrong")
        return code

    def read(self, typed: str) -> str:
        """Return what counts of what was typed, empty if it cannot be a code."""
        code = re.sub(r"\s", "", typed)
        return code if re.fullmatch(r"[0-9]{6}", code) else ""

    def is_right(self, code: str) -> bool:
        """Say whether it is; may raise RateLimited."""
        raise NotImplementedError


class FactorCodeForm(CodeForm):
    """The code of a second factor that the person has."""

    def __init__(self, *, user: User, initial_device: Way, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user = user
        self.factor = initial_device

    def is_right(self, code: str) -> bool:
        """Verify under the limits; the device then stands in `user.otp_device`."""
        right = second_factor.verify_code(self.factor, code, self.request)
        if right:
            self.user.otp_device = self.factor  # type: ignore[attr-defined]  # django-otp
        return right


class RecoveryCodeForm(FactorCodeForm):
    """A recovery code, typed from paper."""

    shape = _("Ein Ersatzcode besteht aus 15 Buchstaben und Ziffern.")
    wrong = _("Dieser Ersatzcode stimmt nicht oder wurde schon benutzt.")

    code = forms.CharField(
        label=_("Ersatzcode"),
        help_text=_("Gross oder klein, mit oder ohne Striche."),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )

    def read(self, typed: str) -> str:
        """Return the code without dashes."""
        return recovery.normalize(typed)

    def is_right(self, code: str) -> bool:
        """Verify under the limits of every code, and tell the person of the use."""
        right = super().is_right(code)
        if right and isinstance(self.factor, RecoverySheet):
            actions.note_code_used(self.user, self.factor)
        return right


class NicknameForm(forms.Form):
    """What the person calls a factor."""

    nickname = forms.CharField(
        label=_("Name"),
        help_text=_("Zum Beispiel «Mein Telefon». Leer lassen, um ihn zu entfernen."),
        max_length=NICKNAME_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_nickname(self) -> str:
        """Refuse what turns or hides text."""
        nickname: str = self.cleaned_data["nickname"]
        if not nickname.isprintable():
            raise ValidationError(_("Dieser Name enthält unsichtbare Zeichen."))
        return nickname


class EnrolmentCodeForm(CodeForm):
    """The first code of a new factor, under limits of its own."""

    def is_right(self, code: str) -> bool:
        """Count the try, then look."""
        subject = str(self.request.user.pk)
        network = throttles.client_network(self.request)
        throttles.hit_each(("enrol", subject), ("enrol.network", network))
        right = self.proves(code)
        if right:
            throttles.reset("enrol", subject)
            throttles.forgive("enrol.network", network)
        return right

    def proves(self, code: str) -> bool:
        """Say whether the code proves that the person holds the new factor."""
        raise NotImplementedError


class AppForm(EnrolmentCodeForm):
    """The first code of an authenticator app."""

    def __init__(self, *, secret: bytes, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.secret = secret
        self.step = -1
        self.fields["code"].label = _("Code aus der App")
        self.fields["code"].help_text = _("Sechs Ziffern")

    def proves(self, code: str) -> bool:
        """Find the step of the code; the pending secret enrols only once."""
        step = totp.find_step(self.secret, code, after=-1)
        if step is None:
            return False
        throttles.spend("enrol.once", self.secret.hex(), limit=1, seconds=3600)
        self.step = step
        return True

    def enrol(self) -> TotpDevice:
        """Keep the app."""
        return actions.enrol_app(self.request.user, self.secret, step=self.step)  # type: ignore[arg-type]


class NumberForm(forms.Form):
    """The mobile number to send codes to."""

    number = forms.CharField(
        label=_("Ihre Mobilnummer"),
        help_text=_("Zum Beispiel 079 123 45 67 oder +49 151 23456789"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )

    def clean_number(self) -> str:
        """Return the number in E.164."""
        try:
            return parse_mobile(self.cleaned_data["number"])
        except NumberRefused as error:
            raise ValidationError(error.user_message, code=error.reason) from error


class NumberCodeForm(EnrolmentCodeForm):
    """The code that was sent to a new number."""

    def __init__(self, *, number: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.number = number
        self.fields["code"].label = _("Code aus der SMS")

    def proves(self, code: str) -> bool:
        """Redeem a code that was sent to this very number for enrolment."""
        user_id: UUID = self.request.user.pk  # type: ignore[assignment]  # logged in
        purpose = SmsCode.Purpose.ENROL
        return bool(self.number) and SmsCode.redeem(user_id, self.number, purpose, code)

    def enrol(self) -> SmsDevice:
        """Keep the number."""
        return actions.enrol_number(self.request.user, self.number)  # type: ignore[arg-type]
