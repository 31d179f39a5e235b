"""When a person wants digests, and of what."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from accounts.models.customers import Category, held_by_default
from quarantine.models import DigestSubscription
from quarantine.models.digests import every_day


class When(models.TextChoices):
    """Whose times hold."""

    POLICY = "policy", _("wie in den Regeln Ihrer Firma")
    OWN = "own", _("zu eigenen Zeiten")
    NEVER = "never", _("gar nicht")


def _clock() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class DigestForm(forms.Form):
    """The choice about digests of one customer."""

    when = forms.ChoiceField(
        label=_("Übersicht erhalten"), choices=When, widget=forms.RadioSelect
    )
    first_at = forms.TimeField(label=_("Um"), required=False, widget=_clock())
    second_at = forms.TimeField(
        label=_("Und nochmals um"),
        help_text=_("Leer: einmal am Tag."),
        required=False,
        widget=_clock(),
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("An diesen Tagen"),
        choices=tuple(WEEKDAYS.items()),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    categories = forms.MultipleChoiceField(
        label=_("Diese Arten"),
        choices=Category,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    only_with_news = forms.BooleanField(
        label=_("Nur wenn es etwas zu sagen gibt"), required=False
    )

    @classmethod
    def of(cls, choice: DigestSubscription) -> DigestForm:
        """Return the form filled with what holds now."""
        when = When.OWN if choice.first_at else When.POLICY
        return cls(
            initial={
                "when": When.NEVER if choice.unsubscribed_at else when,
                "first_at": choice.first_at,
                "second_at": choice.second_at,
                "weekdays": choice.weekdays,
                "categories": choice.categories,
                "only_with_news": choice.only_with_news,
            }
        )

    def clean(self) -> dict[str, Any]:
        """Demand a time and a day from whoever wants times of their own."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("when") == When.OWN and not self.errors:
            if cleaned["first_at"] is None:
                self.add_error("first_at", ValidationError(_("Um welche Zeit?")))
            if not cleaned["weekdays"]:
                self.add_error("weekdays", ValidationError(_("An welchen Tagen?")))
        if cleaned.get("when") != When.NEVER and not cleaned.get("categories", True):
            self.add_error("categories", ValidationError(_("Wovon?")))
        return cleaned

    def columns(self) -> dict[str, object]:
        """Return the columns of DigestSubscription."""
        data = self.cleaned_data
        is_own = data["when"] == When.OWN
        second = data["second_at"] if data["second_at"] != data["first_at"] else None
        return {
            "first_at": data["first_at"] if is_own else None,
            "second_at": second if is_own else None,
            "weekdays": data["weekdays"] or every_day(),
            "categories": data["categories"] or held_by_default(),
            "only_with_news": data["only_with_news"],
            "unsubscribed_at": timezone.now() if data["when"] == When.NEVER else None,
        }
