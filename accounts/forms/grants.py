"""Whose mail a person sees, what they may do with it, and until when."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.actions.grants import Rights
from accounts.errors import AddressRefused
from accounts.mailboxes import Domains, Mailbox
from accounts.models import AddressGrant
from accounts.models.people import today


class Right(models.TextChoices):
    """What a person may do with the mail of an address."""

    VIEW = "view", _("nur ansehen")
    ACT = "act", _("ansehen, freigeben und verwerfen")


class GrantForm(forms.Form):
    """One address, the rights, the last day."""

    address = forms.CharField(
        label=_("Adresse"),
        help_text=_("Alle übrigen Adressen einer Domain: *@firma.example"),
        max_length=320,
    )
    right = forms.ChoiceField(label=_("Darf"), choices=Right, initial=Right.ACT)
    ends_on = forms.DateField(
        label=_("Letzter Tag"),
        help_text=_("Leer: ohne Ende. Zum Beispiel für eine Ferienvertretung."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    gets_digest = forms.BooleanField(
        label=_("erhält die Übersicht per E-Mail"), required=False, initial=True
    )

    def __init__(self, *args: Any, domains: Domains, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.domains = domains

    @staticmethod
    def initial_of(grant: AddressGrant) -> dict[str, object]:
        """Return what the grant says now."""
        return {
            "address": str(grant.address),
            "right": Right.ACT if grant.can_act else Right.VIEW,
            "ends_on": grant.ends_on,
            "gets_digest": grant.gets_digest,
        }

    def clean_address(self) -> Mailbox:
        """Return the mailbox; refuse what is none of the customer's."""
        try:
            return self.domains.read_any(self.cleaned_data["address"])
        except AddressRefused as error:
            raise ValidationError(error.user_message) from error

    def clean_ends_on(self) -> date | None:
        """Refuse a day that is over."""
        ends_on: date | None = self.cleaned_data["ends_on"]
        if ends_on is not None and ends_on < today():
            raise ValidationError(_("Dieser Tag ist vorbei."))
        return ends_on

    @property
    def rights(self) -> Rights:
        """What the valid form gives."""
        return Rights(
            can_act=self.cleaned_data["right"] == Right.ACT,
            gets_digest=self.cleaned_data["gets_digest"],
            ends_on=self.cleaned_data["ends_on"],
        )


class AddressIdForm(forms.Form):
    """Which address a button is about."""

    address = forms.UUIDField(required=False)

    @classmethod
    def read(cls, data: Any) -> UUID | None:  # noqa: ANN401 - a QueryDict
        """Return the id, None if there is none."""
        form = cls(data)
        return form.cleaned_data["address"] if form.is_valid() else None
