"""What admins type about the rules for held mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundWidget
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Policy
from accounts.models.customers import (
    ALWAYS_HELD,
    Category,
    DigestRhythm,
    FactorDemand,
)
from accounts.release_floor import left_to_policy

DAYS_MIN, DAYS_MAX = 1, 365
FACTOR_RULES = ("second_factor", "second_factor_from", "second_factor_grace_days")


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category's line in the table of the rules."""

    label: str
    # None where it is held whatever the policy says.
    held: BoundWidget | None
    # None where no policy may leave it to members.
    released: BoundWidget | None
    days: forms.BoundField


def passable() -> list[Category]:
    """Return the categories that a policy may let pass."""
    return [it for it in Category if it not in ALWAYS_HELD]


def _days_name(category: str) -> str:
    return f"days_{category}"


def _days_field(label: str) -> forms.IntegerField:
    """Return the field of a category's own days; empty, the general ones hold."""
    said = _("%(category)s: Tage aufbewahren") % {"category": label}
    attributes = {"inputmode": "numeric", "aria-label": said}
    return forms.IntegerField(
        min_value=DAYS_MIN,
        max_value=DAYS_MAX,
        required=False,
        widget=forms.NumberInput(attrs=attributes),
    )


class DomainPolicyForm(forms.Form):
    """The rules that a domain may have of its own."""

    held_categories = forms.MultipleChoiceField(
        label=_("Zurückhalten"),
        help_text=_(
            "Viren halten wir immer zurück. Was sonst nicht angekreuzt ist, geht "
            "ungefragt ans Postfach."
        ),
        choices=[(it.value, it.label) for it in passable()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    member_categories = forms.MultipleChoiceField(
        label=_("Benutzer geben selbst frei"),
        help_text=_(
            "Was Benutzer nicht selbst freigeben, geben nur Administratoren frei; "
            "Benutzer bitten sie darum. Viren gibt nie ein Benutzer frei, Phishing "
            "besser auch nicht."
        ),
        choices=[(it.value, it.label) for it in left_to_policy()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    retention_days = forms.IntegerField(
        label=_("Aufbewahren, in Tagen"),
        help_text=_(
            "Danach läuft ab, was niemand freigegeben hat, und ist auch für uns nicht "
            "mehr lesbar. Gilt für neue Post."
        ),
        min_value=DAYS_MIN,
        max_value=DAYS_MAX,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    digest_rhythm = forms.ChoiceField(
        label=_("Übersicht per E-Mail"),
        help_text=_("Sie sagt den Benutzern, was seit der letzten zurückgehalten ist."),
        choices=DigestRhythm,
    )
    digest_at = forms.TimeField(
        label=_("Übersicht um"),
        help_text=_("In der Zeitzone der Person."),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    may_release_by_link = forms.BooleanField(
        label=_("Freigabe aus der Übersicht ohne Anmeldung"),
        help_text=_(
            "Wer eine Übersicht liest, gibt daraus frei, was der Benutzer selbst "
            "freigeben darf. Nie für Personen mit zweitem Faktor."
        ),
        required=False,
    )
    may_claim = forms.BooleanField(
        label=_("Personen verlangen ihr Konto selbst"),
        help_text=_(
            "Wer die Post einer Adresse liest, für die wir E-Mails zurückhalten, "
            "erhält auf der Anmeldeseite einen Link dorthin und wird Benutzer."
        ),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for category in Category:
            self.fields[_days_name(category)] = _days_field(str(category.label))
        general = self["retention_days"].value() or ""
        for category in Category:
            days = self.fields[_days_name(category)]
            days.widget.attrs["placeholder"] = general

    def category_rows(self) -> list[CategoryRow]:
        """Return each category with its fields: held, released by members, days."""
        held = {str(box.data["value"]): box for box in self["held_categories"]}
        released = {str(box.data["value"]): box for box in self["member_categories"]}
        return [
            CategoryRow(
                str(category.label),
                held.get(category.value),
                released.get(category.value),
                self[_days_name(category)],
            )
            for category in Category
        ]

    def time_fields(self) -> list[forms.BoundField]:
        """Return how long things are kept, and when people are told."""
        return [self[name] for name in ("retention_days", "digest_rhythm", "digest_at")]

    def factor_fields(self) -> list[forms.BoundField]:
        """Return what a domain has no rule of its own for."""
        return [self[name] for name in FACTOR_RULES if name in self.fields]

    @classmethod
    def of(cls, policy: Policy) -> DomainPolicyForm:
        """Return the form filled with what holds now."""
        names = cls.base_fields.keys()
        days = {_days_name(key): value for key, value in policy.category_days.items()}
        return cls(initial={name: getattr(policy, name) for name in names} | days)

    def rules(self) -> dict[str, object]:
        """Return the columns of Policy."""
        typed = self.cleaned_data
        days = {
            category.value: typed[_days_name(category)]
            for category in Category
            if typed[_days_name(category)]
        }
        rules = {name: typed[name] for name in self.base_fields}
        return rules | {"category_days": days}


class PolicyForm(DomainPolicyForm):
    """The rules of a customer: those of domains, and whom a factor is demanded of."""

    second_factor = forms.ChoiceField(
        label=_("Zweiten Faktor verlangen von"),
        help_text=_(
            "Wer keinen hat, richtet ihn bei der Anmeldung ein und kommt vorher "
            "nicht weiter."
        ),
        choices=FactorDemand,
    )
    second_factor_from = forms.DateField(
        label=_("Ab"),
        help_text=_("Leer gilt es ab heute."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    second_factor_grace_days = forms.IntegerField(
        label=_("Frist, in Tagen"),
        help_text=_(
            "So lange lässt sich die Einrichtung danach aufschieben; wer neu dazu "
            "kommt, hat sie ab dem ersten Tag."
        ),
        min_value=0,
        max_value=90,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    may_trust_browsers = forms.BooleanField(
        label=_("Personen dürfen einem Browser vertrauen"),
        help_text=_("Er fragt dann eine Zeit lang nur nach dem Passwort."),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Begin today where no day was named."""
        cleaned = super().clean() or self.cleaned_data
        demanded = cleaned.get("second_factor") != FactorDemand.NOBODY
        if demanded and not cleaned.get("second_factor_from"):
            cleaned["second_factor_from"] = timezone.localdate()
        return cleaned
