"""One's own second factors and recovery codes."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
)

from accounts import second_factor, sessions
from accounts.actions import factors
from accounts.actions.recovery_codes import note_codes_kept, renew_codes
from accounts.answers import show_codes, status_of
from accounts.decorators import require_step_up
from accounts.detours import safe_next
from accounts.errors import FactorDemanded, FactorMissing
from accounts.forms.factors import NicknameForm
from accounts.second_factor import Factor
from accounts.views.person import person_of


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require_step_up
def rename_factor(request: HttpRequest) -> HttpResponse:
    """Ask what one of one's own factors shall be called, then call it that."""
    user = person_of(request)
    factor = _own_factor(request)
    data = request.POST if request.method == "POST" else None
    form = NicknameForm(data, initial={"nickname": factor.nickname})
    if not form.is_valid():
        context, status = {"form": form, "factor": factor}, status_of(form)
        return render(request, "accounts/rename_factor.html", context, status=status)
    factors.rename_factor(user, factor, form.cleaned_data["nickname"])
    messages.success(request, _("Der Name ist gespeichert."))
    return redirect("accounts:profile")


def _own_factor(request: HttpRequest) -> Factor:
    wanted = request.POST.get("factor") or request.GET.get("factor", "")
    factor = second_factor.find_factor(person_of(request), wanted)
    if factor is None:
        raise Http404
    return factor


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require_step_up
def remove_factor(request: HttpRequest) -> HttpResponse:
    """Ask once more, then remove one of one's own factors."""
    user = person_of(request)
    factor = _own_factor(request)
    if request.method != "POST":
        return render(request, "accounts/remove_factor.html", {"factor": factor})
    try:
        factors.remove_factor(user, factor, keep=sessions.current_id(request))
    except FactorDemanded:
        messages.error(
            request,
            _("Ein zweiter Faktor ist verlangt. Richten Sie zuerst einen anderen ein."),
        )
    else:
        messages.success(request, _("Der zweite Faktor ist entfernt."))
    return redirect("accounts:profile")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require_step_up
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Ask once more, then make new recovery codes and show them this one time."""
    user = person_of(request)
    if not second_factor.has_factor(user):
        return redirect("accounts:profile")
    if request.method != "POST":
        sheet = second_factor.find_sheet(user)
        return render(request, "accounts/renew_codes.html", {"sheet": sheet})
    try:
        codes = renew_codes(user)
    except FactorMissing:  # removed in this very moment
        return redirect("accounts:profile")
    second_factor.keep_verified(request)
    target = reverse("accounts:profile")
    return show_codes(request, codes, target=target, is_enrolment=False)


@require_POST
def recovery_codes_kept(request: HttpRequest) -> HttpResponse:
    """Take the person's word that the codes are put away, and go on."""
    if request.POST.get("kept"):
        note_codes_kept(person_of(request))
    return redirect(safe_next(request, "accounts:profile"))
