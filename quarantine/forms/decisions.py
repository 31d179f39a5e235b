"""What people type or tick when they decide about a hold."""

from __future__ import annotations

from django import forms

from quarantine.models import VerdictReport
from quarantine.models.requests import WORDS_MAX
from quarantine.visible import show_line


class ReportForm(forms.Form):
    """What somebody says a held message is: `ham` or `spam`; anything else is a no."""

    report = forms.ChoiceField(choices=VerdictReport.Says, required=False)

    def read(self) -> str:
        """Return the word; empty if nothing was said."""
        return str(self.cleaned_data.get("report", "")) if self.is_valid() else ""


class WordsForm(forms.Form):
    """Why somebody asks for a release, or what an admin answers; neither must be."""

    words = forms.CharField(required=False)

    def read(self) -> str:
        """Return the words on one line, what hides in them shown, not too many."""
        typed = str(self.cleaned_data["words"]) if self.is_valid() else ""
        return show_line(typed)[:WORDS_MAX]


class ConfirmationForm(forms.Form):
    """Of which category somebody says that they know what it is."""

    knows = forms.CharField(required=False, max_length=16)

    def read(self) -> str:
        """Return the category; empty if nothing was ticked."""
        return str(self.cleaned_data.get("knows", "")) if self.is_valid() else ""
