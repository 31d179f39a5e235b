"""What admins type about people: searches, roles, heirs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.access import people
from accounts.models import Membership
from accounts.tenancy import Actor, Role


class SearchForm(forms.Form):
    """Who is looked for, and after whom the page begins."""

    q = forms.CharField(label=_("Name oder Adresse"), max_length=100, required=False)
    after = forms.UUIDField(required=False, widget=forms.HiddenInput)


class RoleForm(forms.Form):
    """Another role."""

    role = forms.ChoiceField(label=_("Rolle"), choices=Role)


class ResetForm(forms.Form):
    """Why a second factor is taken away."""

    reason = forms.CharField(
        label=_("Grund"),
        help_text=_("Steht im Protokoll. Zum Beispiel: Telefon verloren."),
        max_length=200,
    )

    def clean_reason(self) -> str:
        """Refuse what hides or turns text."""
        reason: str = self.cleaned_data["reason"]
        if not reason.isprintable():
            raise ValidationError(_("Dieser Text enthält unsichtbare Zeichen."))
        return reason


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # no generic at run time
    """A person of the customer, named so that two of the same name differ."""

    def label_from_instance(self, obj: Membership) -> str:
        """Return name and address."""
        user = obj.user
        return f"{user.full_name} ({user.email})" if user.full_name else user.email


class EndForm(forms.Form):
    """Who takes over; nobody means that the grants end."""

    heir = PersonField(
        label=_("Wer übernimmt die Adressen?"),
        help_text=_("Ohne Nachfolge sieht nur noch der Administrator diese Post."),
        queryset=None,
        required=False,
        empty_label=_("niemand"),
    )

    def __init__(
        self, *args: Any, actor: Actor, leaving: Membership, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        others = people.list_people(actor).exclude(pk=leaving.pk)
        self.fields["heir"].queryset = others  # type: ignore[attr-defined]  # its field
