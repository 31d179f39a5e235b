"""Addresses: looked for, taken as an alias, asked for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.access import people
from accounts.errors import AddressRefused
from accounts.mailboxes import Domains, Mailbox
from accounts.models import Address
from accounts.tenancy import Actor


class AddressSearchForm(forms.Form):
    """What is looked for."""

    q = forms.CharField(label=_("Adresse"), max_length=100, required=False)


class AliasForm(forms.Form):
    """The mailbox behind another name, typed: a customer may have thousands."""

    target = forms.CharField(
        label=_("Weiterer Name von"),
        help_text=_("Zum Beispiel anna@firma.example. Ihre Post ist dann dieselbe."),
        max_length=320,
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor

    def clean_target(self) -> Address:
        """Return the mailbox; refuse what is none, or an alias itself."""
        try:
            mailbox = Domains.of(self.actor.customer_id).read(
                self.cleaned_data["target"]
            )
        except AddressRefused as error:
            raise ValidationError(error.user_message) from error
        found = people.list_addresses(self.actor).filter(
            domain=mailbox.domain, local_part=mailbox.local_part, alias_of=None
        )
        target = found.first()
        if target is None:
            raise ValidationError(_("Dieses Postfach gibt es nicht."))
        return target


class AskForm(forms.Form):
    """The address whose mail somebody misses."""

    address = forms.CharField(label=_("Adresse"), max_length=320)

    def __init__(self, *args: Any, domains: Domains, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.domains = domains

    def clean_address(self) -> Mailbox:
        """Return the mailbox; refuse what lies in no domain of the customer's."""
        try:
            return self.domains.read(self.cleaned_data["address"])
        except AddressRefused as error:
            raise ValidationError(error.user_message) from error
