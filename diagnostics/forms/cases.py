"""What people may type into a support case; text, never a picture of it."""

from __future__ import annotations

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from diagnostics.actions.cases import Draft

TEXT_MAX = 20_000
WORDS_MAX = 5_000
NO_PICTURE = _(
    "Bitte als Text einfügen, nicht als Bild oder Datei: nur aus Text lesen wir "
    "Antwortcode und Server heraus, und nur darin unterscheiden sich ähnliche Fehler."
)
# What browsers and mail programs leave where somebody pastes or drops a picture.
_PICTURE = re.compile(
    r"data:image/|<img\b|!\[[^\]]*\]\(|"
    r"^\s*(?:file:/|[A-Za-z]:\\|\\\\|/|~)?[^\n]*\.(?:png|jpe?g|gif|bmp|heic|webp|pdf|"
    r"docx?)[\"']?\s*$",
    re.IGNORECASE,
)


def refuse_pictures(text: str) -> None:
    """Raise ValidationError for what stands for a picture or a file."""
    if _PICTURE.search(text):
        raise forms.ValidationError(NO_PICTURE, code="picture")


class WordsForm(forms.Form):
    """A message of a case."""

    text = forms.CharField(
        label=_("Nachricht"),
        max_length=WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class CaseForm(forms.Form):
    """What the admin adds to the probe before it goes to support."""

    error_text = forms.CharField(
        label=_("Genaue Fehlermeldung"),
        help_text=_(
            "Die Zeile aus dem Protokoll Ihres Mailservers oder der Text, den der "
            "Absender erhielt. Als Text, kein Bildschirmfoto. Passwörter machen wir "
            "unkenntlich, Adressen kürzen wir."
        ),
        required=False,
        max_length=TEXT_MAX,
        validators=[refuse_pictures],
        widget=forms.Textarea(
            attrs={"rows": 5, "class": "mono", "spellcheck": "false", "data-text": ""}
        ),
    )
    public_address = forms.GenericIPAddressField(
        label=_("Öffentliche IP-Adresse des sendenden Servers"),
        help_text=_("Leer lassen, wenn Sie sie nicht wissen."),
        required=False,
        error_messages={"invalid": _("Geben Sie eine IP-Adresse ein.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    traceroute = forms.CharField(
        label=_("Ausgabe von traceroute zu unserem Server"),
        help_text=_("Unter Windows heisst der Befehl tracert. Darf leer bleiben."),
        required=False,
        max_length=TEXT_MAX,
        validators=[refuse_pictures],
        widget=forms.Textarea(
            attrs={"rows": 4, "class": "mono", "spellcheck": "false", "data-text": ""}
        ),
    )
    words = forms.CharField(
        label=_("Was sollen wir noch wissen?"),
        help_text=_("Zum Beispiel seit wann, und was Sie schon versucht haben."),
        required=False,
        max_length=WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, object]:
        """Refuse files that were sent along."""
        cleaned = super().clean() or {}
        if self.files:
            self.add_error("error_text", NO_PICTURE)
        return cleaned

    def draft(self) -> Draft:
        """Return what was typed; call it on a valid form only."""
        return Draft(
            public_address=self.cleaned_data["public_address"] or None,
            error_text=self.cleaned_data["error_text"],
            traceroute=self.cleaned_data["traceroute"],
            words=self.cleaned_data["words"],
        )
