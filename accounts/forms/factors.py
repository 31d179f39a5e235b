"""New second factors, and what they are called."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import second_factor, throttles, totp
from accounts.actions import factors
from accounts.errors import NumberRefused
from accounts.forms.codes import CodeForm
from accounts.models import SmsCode, SmsDevice, TotpDevice
from accounts.models.devices import NICKNAME_LENGTH
from accounts.phone_numbers import parse_mobile


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
    """The first code of a new factor, under limits of its own; a name if wanted."""

    nickname = forms.CharField(
        label=_("Name, wenn Sie möchten"),
        help_text=_("Zum Beispiel «Mein Telefon»"),
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "maxlength": NICKNAME_LENGTH}
        ),
    )

    def clean_nickname(self) -> str:
        """Take out what turns or hides text; refuse nothing: the code is used up."""
        typed: str = self.cleaned_data["nickname"]
        plain = "".join(char for char in typed if char.isprintable())
        return plain[:NICKNAME_LENGTH].strip()

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
        return factors.enrol_app(
            self.request.user,  # type: ignore[arg-type]  # logged in
            self.secret,
            step=self.step,
            nickname=self.cleaned_data["nickname"],
        )


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
        binding = second_factor.binding_of(self.request)
        return bool(self.number) and SmsCode.redeem(
            user_id, self.number, purpose, code, binding=binding
        )

    def enrol(self) -> SmsDevice:
        """Keep the number."""
        return factors.enrol_number(
            self.request.user,  # type: ignore[arg-type]  # logged in
            self.number,
            nickname=self.cleaned_data["nickname"],
        )
