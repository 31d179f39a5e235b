"""What an admin calls an account for the outbound scanner."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class OutboundNameForm(forms.Form):
    """The server that will use the account, in the admin's words."""

    name = forms.CharField(
        label=_("Bezeichnung"),
        help_text=_("Zum Beispiel der Mailserver, der damit sendet: «Exchange Bern»."),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_name(self) -> str:
        """Refuse what turns or hides text."""
        name: str = self.cleaned_data["name"]
        if not name.isprintable():
            raise ValidationError(_("Dieser Name enthält unsichtbare Zeichen."))
        return name
