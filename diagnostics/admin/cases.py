"""Django admin of support cases: the worklist, and a case on one screen."""

from __future__ import annotations

from django.contrib import admin

from accounts.audited_admin import ReadOnlyAdmin
from diagnostics.models import Case


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    """Cases of all customers, whoever waits longest first."""

    list_display = ("number", "customer", "first_cause", "state", "waiting_since")
    list_filter = ("state",)
    list_select_related = ("customer",)
    search_fields = ("number", "customer__name", "public_address")
