"""What operators type in Django admin: rules, people."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import time_zones
from accounts.forms.invitations import read_email
from accounts.forms.policies import passable
from accounts.models import Policy, User
from accounts.release_floor import left_to_policy


class StaffPolicyForm(forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """Categories as boxes to tick instead of JSON."""

    held_categories = forms.MultipleChoiceField(
        label=_("zurückhalten"),
        choices=[(it.value, it.label) for it in passable()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    member_categories = forms.MultipleChoiceField(
        label=_("Benutzer geben frei"),
        choices=[(it.value, it.label) for it in left_to_policy()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = Policy
        fields = (
            "customer",
            "domain",
            "held_categories",
            "member_categories",
            "retention_days",
            "second_factor",
            "second_factor_from",
            "second_factor_grace_days",
            "may_trust_browsers",
            "may_claim",
            "digest_rhythm",
            "digest_at",
            "may_release_by_link",
        )


class StaffPersonForm(forms.ModelForm):  # type: ignore[type-arg]  # the same
    """Time zones to choose from instead of a name to know."""

    time_zone = forms.ChoiceField(label=_("Zeitzone"), choices=time_zones.list_zones)

    class Meta:
        model = User
        fields = ("email", "full_name", "language", "time_zone")

    def clean_email(self) -> str:
        """Return it as log-ins compare it; refuse what servers read differently."""
        return read_email(self.cleaned_data["email"])
