"""What people type or tick when they decide about a hold."""

from __future__ import annotations

from django import forms

from quarantine.models import VerdictReport


class ReportForm(forms.Form):
    """What somebody says a held message is: `ham` or `spam`; anything else is a no."""

    report = forms.ChoiceField(choices=VerdictReport.Says, required=False)

    def read(self) -> str:
        """Return the word; empty if nothing was said."""
        return str(self.cleaned_data.get("report", "")) if self.is_valid() else ""


class ConfirmationForm(forms.Form):
    """Of which category somebody says that they know what it is."""

    knows = forms.CharField(required=False, max_length=16)

    def read(self) -> str:
        """Return the category; empty if nothing was ticked."""
        return str(self.cleaned_data.get("knows", "")) if self.is_valid() else ""
