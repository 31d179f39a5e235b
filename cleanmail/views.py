"""Pages that need several apps, and the two that need none."""

from __future__ import annotations

import sys

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe


@require_safe
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """Lead each person to what they came for."""
    if getattr(request, "actor", None) is not None:
        return redirect("quarantine:holds")
    if getattr(request.user, "is_staff", False):
        return redirect("admin:index")
    return render(request, "start.html")


@require_POST
@login_not_required
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the language: in the person's row if logged in, else in a cookie."""
    language = request.POST.get("language", "")
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    response = HttpResponseRedirect(target)
    if language not in dict(settings.LANGUAGES):
        return response
    if request.user.is_authenticated:
        request.user.language = language
        request.user.save(update_fields=["language"])
    translation.activate(language)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def server_error(_request: HttpRequest) -> HttpResponse:
    """Say that nothing was lost; 503 while the database cannot be reached."""
    away = isinstance(sys.exc_info()[1], OperationalError)
    response = HttpResponse(render_to_string("500.html"), status=503 if away else 500)
    if away:
        response["Retry-After"] = "30"
    return response
