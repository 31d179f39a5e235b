"""The account of whoever is logged in, and the way out."""

from __future__ import annotations

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts import second_factor, sessions
from accounts.access.people import may_ask_for_address
from accounts.actions import profile as actions
from accounts.actions import sign_ins
from accounts.answers import status_of
from accounts.factor_demand import find_demand
from accounts.forms.profile import SettingsForm
from accounts.views.person import person_of


@require_POST
@login_not_required
def logout(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if request.user.is_authenticated:
        own = sessions.current_id(request)
        sign_ins.note_sign_out(person_of(request), own)
    auth.logout(request)
    return redirect("two_factor:login")


@require_safe
@never_cache
def profile(request: HttpRequest) -> HttpResponse:
    """Show the account: factors, codes left, password, log-ins, settings."""
    user = person_of(request)
    sheet = second_factor.find_sheet(user)
    context = {
        "person": user,
        "language_name": dict(settings.LANGUAGES)[request.LANGUAGE_CODE],
        "factors": second_factor.list_factors(user),
        "sheet": sheet,
        "codes_left": sheet.count_left() if sheet else 0,
        "demand": find_demand(user),
        "memberships": sorted(
            request.memberships,  # type: ignore[attr-defined]  # ActorMiddleware
            key=lambda membership: membership.customer.name,
        ),
        "may_ask": may_ask_for_address(getattr(request, "actor", None)),
    }
    return render(request, "accounts/profile.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def change_settings(request: HttpRequest) -> HttpResponse:
    """Change name, language and time zone; the next page already speaks it."""
    user = person_of(request)
    data = request.POST if request.method == "POST" else None
    initial = {"language": request.LANGUAGE_CODE}
    form = SettingsForm(data, instance=user, initial=initial)
    if not form.is_valid():
        context, status = {"form": form}, status_of(form)
        return render(request, "accounts/settings.html", context, status=status)
    actions.change_settings(user, **form.cleaned_data)
    with translation.override(form.cleaned_data["language"]):
        messages.success(request, _("Die Einstellungen sind gespeichert."))
    return redirect("accounts:profile")
