"""Django admin for verified platform staff only."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from two_factor.admin import AdminSiteOTPRequiredMixin

from accounts import staff_audit
from accounts.detours import lead_to
from accounts.second_factor import has_fresh_proof


class StaffSite(AdminSiteOTPRequiredMixin, AdminSite):  # type: ignore[misc]  # not typed
    """Admin that asks for the second factor of this very session.

    Log-in, password and log-out are the portal's: admin has no second way in.
    """

    site_header = site_title = "Cleanmail"

    def admin_view(
        self,
        view: Callable[..., HttpResponseBase],
        cacheable: bool = False,  # noqa: FBT001, FBT002 - Django's signature
    ) -> Any:  # noqa: ANN401 - a type that only the stubs have
        """Write down each page that was shown, whichever model's; see `staff_audit`.

        What changes anything wants a fresh proof, as it does in the portal.
        """

        @wraps(view)
        def noted(
            request: HttpRequest, *args: object, **kwargs: object
        ) -> HttpResponseBase:
            if request.method == "POST" and not has_fresh_proof(request):
                return lead_to(request, "accounts:step_up")
            response = view(request, *args, **kwargs)
            # A page for nothing that is there leads away.
            is_shown = response.status_code == 200 or request.method == "POST"
            if is_shown and response.status_code < 400:
                staff_audit.record_visit(request, self)
            return response

        return super().admin_view(noted, cacheable)

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
