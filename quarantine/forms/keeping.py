"""Why an admin keeps a mail beyond its day, or has it erased."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

REASON_LENGTH = 500


class ReasonForm(forms.Form):
    """A reason, for those who ask later."""

    reason = forms.CharField(
        label=_("Grund"),
        help_text=_("Steht im Protokoll, zum Beispiel das Zeichen des Verfahrens."),
        max_length=REASON_LENGTH,
    )
