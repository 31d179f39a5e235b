"""Which audit events an admin looks for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.access import audit
from accounts.access.audit import Criteria
from accounts.audit_words import kind_choices
from accounts.tenancy import Actor


class AuditForm(forms.Form):
    """Who, what, from when, until when, and before which event the page ends."""

    person: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=_("Person"), queryset=None, required=False, empty_label=_("alle")
    )
    kind = forms.ChoiceField(label=_("Art"), required=False, choices=kind_choices)
    since = forms.DateField(
        label=_("Von"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
    )
    until = forms.DateField(
        label=_("Bis"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
    )
    before = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["person"]
        people.queryset = audit.list_actors(actor)

    def clean(self) -> dict[str, Any]:
        """Refuse a time that ends before it begins."""
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            raise ValidationError(_("Das Ende liegt vor dem Anfang."))
        return cleaned

    def criteria(self) -> Criteria:
        """Return what is looked for; what is not valid limits nothing."""
        found = self.cleaned_data if self.is_valid() else {}
        person = found.get("person")
        return Criteria(
            person=person.pk if person else None,
            kind=found.get("kind", ""),
            since=found.get("since"),
            until=found.get("until"),
        )
