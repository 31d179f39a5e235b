"""The page where a person chooses when digests come, and of what."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.answers import status_of
from accounts.responses import portal_page
from accounts.tenancy import ActorRequest
from quarantine.access.digests import get_choice
from quarantine.actions import digests as actions
from quarantine.forms.digests import DigestForm
from quarantine.presentation.digest_choice import make_outlook


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def digest_settings(request: ActorRequest) -> HttpResponse:
    """Choose times, days and kinds, or none at all."""
    form = (
        DigestForm(request.POST)
        if request.POST
        else DigestForm.of(get_choice(request.actor))
    )
    if form.is_valid():
        actions.choose(request.actor, form.columns())
        messages.success(request, _("Ihre Wahl gilt ab der nächsten Übersicht."))
        return redirect("quarantine:digest_settings")
    context = {"form": form, "outlook": make_outlook(request.actor)}
    return render(
        request, "quarantine/digest_settings.html", context, status=status_of(form)
    )
