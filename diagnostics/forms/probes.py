"""What the admin may type to start a probe."""

from __future__ import annotations

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.utils.translation import gettext_lazy as _

from diagnostics.actions.probes import Question

PORT_LIMITS = _("Ein Port liegt zwischen 1 und 65535.")


class ProbeForm(forms.Form):
    """What the customer's server is set to, and optionally the log-in.

    Blanks around name and password are kept: they are what is looked for.
    """

    host = forms.CharField(
        label=_("Eingestellter Server"),
        help_text=_(
            "Der Name, der in Ihrem Mailserver als Smarthost eingetragen ist. Leer "
            "lassen, wenn Sie es nicht wissen."
        ),
        required=False,
        max_length=255,
        validators=[
            RegexValidator(
                r"^[\w.:\[\]-]+$",
                _("Geben Sie einen Servernamen oder eine IP-Adresse ein."),
            )
        ],
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    port = forms.IntegerField(
        label=_("Eingestellter Port"),
        help_text=_("Leer lassen, wenn Sie es nicht wissen."),
        required=False,
        validators=[
            MinValueValidator(1, PORT_LIMITS),
            MaxValueValidator(65535, PORT_LIMITS),
        ],
        error_messages={"invalid": PORT_LIMITS},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    username = forms.CharField(
        label=_("Benutzername"),
        help_text=_("Nur nötig, wenn auch die Anmeldung geprüft werden soll."),
        required=False,
        strip=False,
        max_length=255,
        widget=forms.TextInput(
            attrs={
                "autocapitalize": "none",
                "autocomplete": "off",
                "spellcheck": "false",
            }
        ),
    )
    password = forms.CharField(
        label=_("Passwort"),
        help_text=_(
            "Wird einmal zur Anmeldung verwendet, verschlüsselt übertragen und "
            "nirgends gespeichert."
        ),
        required=False,
        strip=False,
        max_length=255,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def clean(self) -> dict[str, object]:
        """Demand name and password together or not at all."""
        cleaned = super().clean() or {}
        if cleaned.get("password") and not cleaned.get("username"):
            self.add_error("username", _("Zum Passwort gehört ein Benutzername."))
        if cleaned.get("username") and not cleaned.get("password"):
            self.add_error("password", _("Zum Benutzernamen gehört ein Passwort."))
        return cleaned

    def question(self) -> Question:
        """Return what was typed; call it on a valid form only."""
        return Question(
            host=self.cleaned_data["host"],
            port=self.cleaned_data["port"],
            username=self.cleaned_data["username"],
            password=self.cleaned_data["password"],
        )
