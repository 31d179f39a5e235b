"""What the admin may paste of an error message; text, never a picture of it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from diagnostics.forms.cases import NO_PICTURE, refuse_pictures

# A whole bounce with its attachment's beginning, or some hundred lines of a log.
TEXT_MAX = 200_000


class ErrorTextForm(forms.Form):
    """Lines of a log, or a whole bounce."""

    error_text = forms.CharField(
        label=_("Zeilen aus dem Protokoll Ihres Mailservers, oder die ganze Rückmail"),
        help_text=_(
            "Zum Beispiel «connect to smtp.cleanmail.example[203.0.113.25]:25: "
            "Connection timed out». Als Text, kein Bildschirmfoto. Wir behalten nur "
            "die entscheidenden Zeilen, ohne Passwörter und ganze Adressen."
        ),
        max_length=TEXT_MAX,
        validators=[refuse_pictures],
        error_messages={
            "required": _("Fügen Sie die Fehlermeldung ein."),
            "max_length": _(
                "Das ist zu viel. Die Zeilen um die Fehlermeldung genügen."
            ),
        },
        widget=forms.Textarea(
            attrs={"rows": 4, "class": "mono", "spellcheck": "false", "data-text": ""}
        ),
    )

    def clean(self) -> dict[str, object]:
        """Refuse files that were sent along."""
        cleaned = super().clean() or {}
        if self.files:
            self.add_error("error_text", NO_PICTURE)
        return cleaned
