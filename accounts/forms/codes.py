"""Codes of a second factor."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import recovery, second_factor
from accounts.actions import recovery_codes
from accounts.errors import PasskeyRefused, RateLimited
from accounts.models import User
from accounts.passkeys import Answer
from accounts.second_factor import Way


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
        except PasskeyRefused as error:
            raise ValidationError(error.user_message, code="wrong") from error
        if not right:
            raise ValidationError(self.wrong, code="wrong")
        return code

    def read(self, typed: str) -> str:
        """Return what counts of what was typed, empty if it cannot be a code."""
        code = re.sub(r"\s", "", typed)
        return code if re.fullmatch(r"[0-9]{6}", code) else ""

    def is_right(self, code: str) -> bool:
        """Say whether it is; may raise RateLimited or PasskeyRefused."""
        raise NotImplementedError


class FactorCodeForm(CodeForm):
    """The code of a second factor that the person has."""

    def __init__(self, *, user: User, initial_device: Way, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user = user
        self.factor = initial_device

    def is_right(self, code: str | Answer) -> bool:
        """Verify under the limits; the device then stands in `user.otp_device`."""
        right = second_factor.verify_code(
            self.factor, code, self.request, use=self.use_up
        )
        if right:
            self.user.otp_device = self.factor  # type: ignore[attr-defined]  # django-otp
        return right

    def use_up(self, code: str | Answer) -> bool:
        """Say whether the code is right, which it is once."""
        return self.factor.verify_token(code)


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

    def use_up(self, code: str | Answer) -> bool:
        """Use it, write it down and tell the person, all or nothing."""
        return recovery_codes.use_code(self.user, self.factor, str(code))
