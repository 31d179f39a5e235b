"""Pages of Django admin that write down what staff change on them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts import second_factor, staff_audit
from accounts.detours import lead_to


def _fields_of(message: object) -> list[str]:
    """Return the columns that Django's own message names."""
    parts = message if isinstance(message, list) else []
    changes = [part.get("changed", {}) for part in parts]
    return [name for change in changes for name in change.get("fields", [])]


class AuditedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # no generic at run time
    """Writes every change of staff into the audit log, beside Django's own log."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - Django's own is not typed
        """Ask whoever may change it for a fresh proof first, not after it was typed."""
        may_write = (
            self.has_change_permission(request)
            if object_id
            else self.has_add_permission(request)
        )
        if may_write and not second_factor.has_fresh_proof(request):
            return lead_to(request, "accounts:step_up")
        return super().changeform_view(request, object_id, form_url, extra_context)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Refuse to filter by a hash: yes and no would spell it out, sign by sign."""
        if staff_audit.is_secret(lookup):
            return False
        allowed: bool = super().lookup_allowed(lookup, value, request)
        return allowed

    def log_addition(
        self, request: HttpRequest, obj: Model, message: object
    ) -> LogEntry:
        """Record the new row."""
        staff_audit.record_change(request, "add", obj, [])
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: object) -> LogEntry:
        """Record the change."""
        staff_audit.record_change(request, "change", obj, _fields_of(message))
        return super().log_change(request, obj, message)

    def log_deletions(
        self, request: HttpRequest, queryset: QuerySet[Any]
    ) -> list[LogEntry]:
        """Record what goes."""
        for obj in queryset:
            staff_audit.record_change(request, "delete", obj, [])
        return super().log_deletions(request, queryset)


class Kept:
    """Rows that are made elsewhere and stay; of a page or of an inline on one."""

    def has_add_permission(self, *_args: Any) -> bool:
        """Nobody writes one by hand."""
        return False

    def has_delete_permission(self, *_args: Any) -> bool:
        """Nobody deletes one."""
        return False


class ReadOnly(Kept):
    """Rows that only the portal itself writes."""

    def has_change_permission(self, *_args: Any) -> bool:
        """Nobody changes one."""
        return False


class ReadOnlyAdmin(ReadOnly, AuditedAdmin):
    """A page of rows that only the portal itself writes."""

    date_hierarchy = None
