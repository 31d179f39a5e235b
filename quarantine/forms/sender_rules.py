"""What people type about senders whom they allow or block."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import Actor
from quarantine.access.sender_rules import Scope, list_scope_domains
from quarantine.errors import PatternRefused
from quarantine.forms.listing import KeysField
from quarantine.models import SenderRule
from quarantine.models.sender_rules import NOTE_CHARACTERS_MAX
from quarantine.sender_list import Entry
from quarantine.sender_patterns import (
    PATTERN_CHARACTERS_MAX,
    Pattern,
    parse_pattern,
    require_narrow,
)

# Longer than any pattern: a name stands before what was pasted.
TYPED_CHARACTERS_MAX = 2 * PATTERN_CHARACTERS_MAX


class TermsForm(forms.Form):
    """Why a rule stands, and until when."""

    note = forms.CharField(
        label=_("Notiz"),
        help_text=_("Freiwillig: warum, für wen."),
        max_length=NOTE_CHARACTERS_MAX,
        required=False,
    )
    ends_on = forms.DateField(
        label=_("Letzter Tag"),
        help_text=_("Leer: ohne Ende."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    @staticmethod
    def initial_of(rule: SenderRule) -> dict[str, object]:
        """Return what the rule says now."""
        ends_on = None
        if rule.expires_at:
            ends_on = (
                timezone.localtime(rule.expires_at) - timedelta(seconds=1)
            ).date()
        return {"note": rule.note, "ends_on": ends_on}

    def clean_note(self) -> str:
        """Refuse what turns or hides text."""
        note: str = self.cleaned_data["note"]
        if not note.isprintable():
            raise ValidationError(_("Diese Notiz enthält unsichtbare Zeichen."))
        return note

    def clean_ends_on(self) -> date | None:
        """Refuse a day that is over."""
        ends_on: date | None = self.cleaned_data["ends_on"]
        if ends_on and ends_on < timezone.localdate():
            raise ValidationError(_("Dieser Tag ist schon vorbei."))
        return ends_on

    @property
    def expires_at(self) -> datetime | None:
        """The moment the last day is over, by the reader's clock."""
        ends_on: date | None = self.cleaned_data["ends_on"]
        if ends_on is None or ends_on == date.max:
            return None
        return timezone.make_aware(
            datetime.combine(ends_on + timedelta(days=1), time())
        )


class SenderForm(TermsForm):
    """One sender, and what becomes of their mail."""

    sender = forms.CharField(
        label=_("Absender"),
        help_text=_("name@beispiel.ch, beispiel.ch oder *.beispiel.ch"),
        max_length=TYPED_CHARACTERS_MAX,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
    )
    verb = forms.ChoiceField(
        label=_("Seine E-Mails"),
        choices=[
            (SenderRule.Verb.ALLOW, _("zulassen")),
            (SenderRule.Verb.BLOCK, _("sperren")),
        ],
    )
    field_order: tuple[str, ...] = ("sender", "verb", "note", "ends_on")

    def clean_sender(self) -> Pattern:
        """Return whom that means."""
        try:
            return parse_pattern(self.cleaned_data["sender"])
        except PatternRefused as error:
            raise ValidationError(error.user_message) from error

    def clean(self) -> None:
        """Refuse to allow whoever has an address at a provider for all."""
        said = self.cleaned_data
        if said.get("verb") == SenderRule.Verb.ALLOW and "sender" in said:
            try:
                require_narrow(said["sender"])
            except PatternRefused as error:
                self.add_error("sender", error.user_message)

    @property
    def entry(self) -> Entry:
        """What is to be kept."""
        said = self.cleaned_data
        return Entry(said["verb"], said["sender"], said["note"], self.expires_at)


class HouseSenderForm(SenderForm):
    """The same for a domain of the customer, or for all of them."""

    domain = forms.TypedChoiceField(
        label=_("Gilt für"), required=False, coerce=UUID, empty_value=None
    )
    field_order: tuple[str, ...] = ("sender", "verb", "domain", "note", "ends_on")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [(str(each.pk), each.name) for each in list_scope_domains(actor)]
        field: Any = self.fields["domain"]
        field.choices = [("", _("alle Domains")), *own]

    @property
    def scope(self) -> Scope:
        """For whom."""
        return Scope(domain_id=self.cleaned_data["domain"])


class RuleSearchForm(forms.Form):
    """What somebody looks for in a list, and where a page of it begins."""

    q = forms.CharField(
        label=_("Suchen"),
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Absender, Notiz")}
        ),
    )
    after = forms.UUIDField(required=False)

    def read(self) -> tuple[str, UUID | None]:
        """Return words and place; what is not understood is left out."""
        self.is_valid()
        return self.cleaned_data.get("q", ""), self.cleaned_data.get("after")


class RuleSelectionForm(forms.Form):
    """The rules that somebody has ticked."""

    rule = KeysField(error_messages={"required": _("Wählen Sie zuerst Absender aus.")})

    @property
    def problem(self) -> str:
        """Say what is wrong with the selection."""
        return str(self.errors["rule"][0])


class OfferForm(forms.Form):
    """Which of the offered senders, and for whom: nothing else is taken."""

    sender = forms.ChoiceField()
    scope = forms.ChoiceField()

    def __init__(
        self, data: object, *, patterns: list[Pattern], scopes: list[Scope]
    ) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict
        self._patterns = {pattern.text: pattern for pattern in patterns}
        self._scopes = {scope.key: scope for scope in scopes}
        for name, keys in (("sender", self._patterns), ("scope", self._scopes)):
            field: Any = self.fields[name]
            field.choices = [(key, key) for key in keys]

    @property
    def pattern(self) -> Pattern:
        """Whom it is about."""
        return self._patterns[self.cleaned_data["sender"]]

    @property
    def chosen_scope(self) -> Scope:
        """For whom it is."""
        return self._scopes[self.cleaned_data["scope"]]
