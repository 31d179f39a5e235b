"""Filters of Django admin by first cause, and by who must act on it."""

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


class CauseFilter(admin.SimpleListFilter):
    """Rows by their first cause, of those that there are."""

    title = _("Ursache")
    parameter_name = "first_cause"

    def lookups(
        self, _request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, Any]]:
        """Name each cause by its slug: that is what is said on the telephone."""
        rows = model_admin.model._default_manager.exclude(first_cause="")  # noqa: SLF001
        slugs = rows.order_by("first_cause").values_list("first_cause", flat=True)
        return [(slug, slug) for slug in slugs.distinct()]

    def queryset(
        self, _request: HttpRequest, queryset: QuerySet[Any]
    ) -> QuerySet[Any] | None:
        """Narrow to the cause."""
        return queryset.filter(first_cause=self.value()) if self.value() else None


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
