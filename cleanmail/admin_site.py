"""Django admin for verified platform staff only."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from two_factor.admin import AdminSiteOTPRequiredMixin


class StaffSite(AdminSiteOTPRequiredMixin, AdminSite):  # type: ignore[misc]  # not typed
    """Admin that asks for the second factor of this very session.

    Log-in, password and log-out are the portal's: admin has no second way in.
    """

    site_header = site_title = "Cleanmail"

    @method_decorator(login_not_required)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to our log-in; who is logged in but no staff has no business here."""
        if request.user.is_authenticated and not getattr(request.user, "is_staff", 0):
            raise PermissionDenied
        response: HttpResponse = super().login(request, extra_context)
        return response

    def password_change(  # type: ignore[override]  # a redirect instead of a page
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002 - the same
    ) -> HttpResponse:
        """Lead to our page, which asks for the second factor first."""
        return redirect("accounts:change_password")
