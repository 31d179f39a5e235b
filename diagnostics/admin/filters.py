"""Filters of Django admin that read the catalogue: which cause, and who must act."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from diagnostics.causes import CATALOGUE, CUSTOMER, PROVIDER, US

WHO = {
    US: _("wir (Störung bei uns)"),
    CUSTOMER: _("der Kunde"),
    PROVIDER: _("der Internetanbieter"),
}


class WhoFilter(admin.SimpleListFilter):
    """Rows by who must act on their first cause."""

    title = _("Wer handelt")
    parameter_name = "who"

    def lookups(
        self, _request: HttpRequest, _model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, Any]]:
        """Name us first: those are the ones to hurry for."""
        return list(WHO.items())

    def queryset(
        self, _request: HttpRequest, queryset: QuerySet[Any]
    ) -> QuerySet[Any] | None:
        """Narrow to the causes of that side."""
        if self.value() not in WHO:
            return None
        slugs = [one.slug for one in CATALOGUE.values() if one.who == self.value()]
        return queryset.filter(first_cause__in=slugs)
