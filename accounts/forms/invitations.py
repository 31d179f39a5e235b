"""Whom to invite, and what the person who was invited types."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.errors import ADDRESS_REASONS, AddressRefused
from accounts.forms.passwords import NewPasswordForm
from accounts.invitations import Invitee
from accounts.log_in_names import is_mailable, normalize
from accounts.mailboxes import Domains, Mailbox
from accounts.models import User
from accounts.person_names import is_plain
from accounts.tenancy import Role

ADDRESSES_MAX = 50


class InviteForm(forms.Form):
    """One person: address, name, role, whose mail they see."""

    email = forms.EmailField(label=_("E-Mail-Adresse"), max_length=254)
    full_name = forms.CharField(label=_("Name"), max_length=200, required=False)
    role = forms.ChoiceField(label=_("Rolle"), choices=Role, initial=Role.MEMBER)
    addresses = forms.CharField(
        label=_("Sieht die Post von"),
        help_text=_("Eine Adresse pro Zeile. Leer: von der eigenen Adresse."),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, domains: Domains, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.domains = domains

    def clean_email(self) -> str:
        """Return it as log-ins compare it; refuse what servers read differently."""
        return read_email(self.cleaned_data["email"])

    def clean_full_name(self) -> str:
        """Refuse what hides, turns text or calculates."""
        return read_name(self.cleaned_data["full_name"])

    def clean(self) -> dict[str, Any]:
        """Read the addresses; none at all means one's own, where we hold its mail."""
        data = super().clean() or self.cleaned_data
        typed = re.split(r"[\s,;]+", data.get("addresses", "").strip())
        if typed == [""]:
            data["mailboxes"] = self._own(data.get("email", ""))
            return data
        if len(typed) > ADDRESSES_MAX:
            self.add_error("addresses", _("So viele Adressen gehen nicht auf einmal."))
        data["mailboxes"] = [
            mailbox for text in typed[:ADDRESSES_MAX] if (mailbox := self._read(text))
        ]
        return data

    @property
    def invitee(self) -> Invitee:
        """Whom the valid form names, in the language of who typed it."""
        data = self.cleaned_data
        return Invitee(
            email=data["email"],
            role=data["role"],
            mailboxes=data["mailboxes"],
            full_name=data["full_name"],
            language=(get_language() or "")[:2],
        )

    def _own(self, email: str) -> list[Mailbox]:
        try:
            return [self.domains.read(email)]
        except AddressRefused:
            return []

    def _read(self, text: str) -> Mailbox | None:
        try:
            return self.domains.read(text)
        except AddressRefused as error:
            said = f"{text[:100]}: {error.user_message}"
            self.add_error("addresses", ValidationError(said))
            return None


class JoinForm(NewPasswordForm):
    """The name and the first password, both the person's own."""

    full_name = forms.CharField(
        label=_("Ihr Name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("full_name", "new_password1", "new_password2")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.fields["full_name"].initial = user.full_name

    def clean_full_name(self) -> str:
        """Refuse what hides, turns text or calculates."""
        return read_name(self.cleaned_data["full_name"])


def read_email(typed: str) -> str:
    """Return a person's address in its one spelling; raise ValidationError."""
    email = normalize(typed)
    if not is_mailable(email):
        raise ValidationError(ADDRESS_REASONS["form"])
    return email


def read_name(name: str) -> str:
    """Return a person's name; raise ValidationError."""
    if not is_plain(name):
        raise ValidationError(_("Dieser Name enthält Zeichen, die nicht gehen."))
    return name
