"""What staff types about domains in Django admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.domain_names import parse_domain
from accounts.errors import DomainNameRefused
from accounts.models import Domain


class StaffDomainForm(forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """A domain as the operator enters it; vouching for it verifies it."""

    class Meta:
        model = Domain
        fields = (
            "customer",
            "name",
            "alias_of",
            "is_vouched",
            "verified_at",
            "accepts_any",
            "next_hop_host",
            "next_hop_port",
            "next_hop_tls",
        )

    def clean_name(self) -> str:
        """Return the A-label."""
        try:
            return parse_domain(self.cleaned_data["name"])
        except DomainNameRefused as error:
            raise ValidationError(error.user_message) from error

    def clean(self) -> dict[str, Any]:
        """Verify what is vouched for; refuse an alias of another customer's domain."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("is_vouched") and not cleaned.get("verified_at"):
            cleaned["verified_at"] = timezone.now()
        target = cleaned.get("alias_of")
        if target is not None and target.customer != cleaned.get("customer"):
            self.add_error("alias_of", _("Diese Domain gehört einem anderen Kunden."))
        return cleaned
