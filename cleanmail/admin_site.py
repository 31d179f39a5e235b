"""Django admin for verified platform staff only."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.http import HttpRequest


class StaffSite(AdminSite):
    """Admin that asks for the second factor of this very session."""

    site_header = site_title = "Cleanmail"

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in active staff whose session is verified by a second factor."""
        user = request.user
        verified = getattr(user, "is_verified", None)
        return (
            user.is_active
            and bool(getattr(user, "is_staff", False))
            and verified is not None
            and bool(verified())
        )
