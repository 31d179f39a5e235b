"""Answers of passkeys, written by `static/passkeys.js` into a hidden field."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import ceremonies, second_factor
from accounts.actions.passkeys import enrol_passkey, note_clone
from accounts.ceremonies import Purpose
from accounts.errors import PasskeyRefused
from accounts.forms.codes import CodeForm, FactorCodeForm
from accounts.forms.factors import EnrolmentCodeForm
from accounts.models import PasskeyDevice, User
from accounts.passkeys import ANSWER_LENGTH, Answer, is_answer, verify_registration


class AnswerInput(forms.HiddenInput):
    """The field for the script; never given back, for an answer is good once."""

    def format_value(self, value: object) -> None:
        """Show nothing of what was sent."""


class AnswerForm(CodeForm):
    """What the browser answered, as JSON."""

    shape = _("Der Browser hat keinen Passkey geschickt. Versuchen Sie es noch einmal.")
    code = forms.CharField(
        max_length=ANSWER_LENGTH,
        error_messages={"required": shape, "max_length": shape},
        widget=AnswerInput(attrs={"data-passkey-answer": True, "autocomplete": "off"}),
    )

    def read(self, typed: str) -> str:
        """Return the answer, empty if it cannot be one."""
        return typed if is_answer(typed) else ""


class PasskeyForm(AnswerForm, FactorCodeForm):
    """A signature of any of the person's passkeys, at log-in."""

    purpose = Purpose.LOGIN

    def is_right(self, code: str | Answer) -> bool:
        """Verify under the limits of every code, and tell the person of a copy."""
        asked = ceremonies.take(self.request, self.user, self.purpose)
        answer = Answer(str(code), asked.challenge)
        signer = second_factor.find_passkey(self.user, answer.credential_id)
        self.factor = signer or self.factor
        try:
            return super().is_right(answer)
        except PasskeyRefused as error:
            if error.reason == "cloned" and isinstance(self.factor, PasskeyDevice):
                note_clone(self.user, self.factor)
            raise


class StepUpPasskeyForm(PasskeyForm):
    """The same, where a session that is logged in proves itself again."""

    purpose = Purpose.STEP_UP


class NewPasskeyForm(AnswerForm, EnrolmentCodeForm):
    """A new passkey, and what it shall be called."""

    field_order = ("nickname", "code")  # in which they are read: it is kept by name
    device: PasskeyDevice

    def proves(self, code: str) -> bool:
        """Keep it if it proves itself: only the database can say that nobody has it."""
        user: User = self.request.user  # type: ignore[assignment]  # logged in
        asked = ceremonies.take(self.request, user, Purpose.ENROL)
        registration = verify_registration(Answer(code, asked.challenge))
        self.device = enrol_passkey(
            user,
            registration,
            handle=asked.handle,
            nickname=self.cleaned_data["nickname"],
        )
        return True

    def enrol(self) -> PasskeyDevice:
        """Return the passkey, which is kept already."""
        return self.device
