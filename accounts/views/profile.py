"""The account of whoever is logged in, and the way out."""

from __future__ import annotations

from django.contrib import auth
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_POST,
    require_safe,
)

from accounts import second_factor, sessions
from accounts.actions import sign_ins
from accounts.factor_demand import find_demand
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
    """Show the account: second factors, recovery codes left, password."""
    user = person_of(request)
    sheet = second_factor.find_sheet(user)
    context = {
        "person": user,
        "factors": second_factor.list_factors(user),
        "sheet": sheet,
        "codes_left": sheet.count_left() if sheet else 0,
        "demand": find_demand(user),
    }
    return render(request, "accounts/profile.html", context)
