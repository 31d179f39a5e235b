"""The file of a list of people."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.errors import TableRefused
from accounts.people_csv import BYTES_MAX


class UploadForm(forms.Form):
    """One file, read only if it is small enough."""

    file = forms.FileField(
        label=_("CSV-Datei"),
        help_text=_("Spalten: E-Mail, Name, Rolle, Adressen. Höchstens 2000 Zeilen."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )

    def clean_file(self) -> bytes:
        """Return the content."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > BYTES_MAX:
            raise ValidationError(TableRefused("size").user_message)
        content: bytes = file.read(BYTES_MAX + 1)
        return content
