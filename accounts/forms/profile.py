"""What people say about themselves: name, language, time zone."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import time_zones
from accounts.models import User
from accounts.person_names import is_plain


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """Name, language and time zone of the person."""

    full_name = forms.CharField(
        label=_("Ihr Name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(
        label=_("Sprache"),
        help_text=_("Der Seiten und der E-Mails an Sie."),
        choices=settings.LANGUAGES,
    )
    time_zone = forms.ChoiceField(label=_("Zeitzone"), choices=time_zones.list_zones)

    class Meta:
        model = User
        fields = ("full_name", "language", "time_zone")

    def clean_full_name(self) -> str:
        """Refuse what hides or turns text."""
        name: str = self.cleaned_data["full_name"]
        if not is_plain(name):
            raise ValidationError(_("Dieser Name enthält unerlaubte Zeichen."))
        return name
