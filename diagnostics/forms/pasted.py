"""What the admin may paste of commands that ran on the server."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from diagnostics.forms.cases import refuse_pictures
from diagnostics.pasted import TEXT_LIMIT


class PastedForm(forms.Form):
    """The output of one command or several, as text."""

    output = forms.CharField(
        label=_("Ausgabe der Befehle"),
        help_text=_(
            "Alles auf einmal oder nacheinander, in jeder Sprache. Passwörter, "
            "E-Mail-Adressen und Hardware-Adressen behalten wir nicht."
        ),
        max_length=TEXT_LIMIT,
        strip=False,
        validators=[refuse_pictures],
        error_messages={"required": _("Fügen Sie die Ausgabe eines Befehls ein.")},
        widget=forms.Textarea(
            attrs={"rows": 8, "class": "mono", "spellcheck": "false", "data-text": ""}
        ),
    )
