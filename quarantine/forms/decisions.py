"""What people type or tick when they decide about a hold."""

from __future__ import annotations

from django import forms


class ConfirmationForm(forms.Form):
    """Of which category somebody says that they know what it is."""

    knows = forms.CharField(required=False, max_length=16)

    def read(self) -> str:
        """Return the category; empty if nothing was ticked."""
        return str(self.cleaned_data.get("knows", "")) if self.is_valid() else ""
