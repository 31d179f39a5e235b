"""The buttons under the fields for an error message."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.errors import RateLimited
from accounts.responses import portal_page
from accounts.tenancy import ActorRequest
from diagnostics.access import probes as access
from diagnostics.actions.error_text import add_text, start_with_text
from diagnostics.errors import NoScanner, PastesFull
from diagnostics.forms.error_text import ErrorTextForm
from diagnostics.forms.probes import ProbeForm
from diagnostics.views.probes import probe_context, probes_page


@sensitive_post_parameters("error_text")
@require_POST
@portal_page
def error_text_add(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Read an error message into the probe's evidence."""
    probe = access.get_probe(request.actor, pk)
    form = ErrorTextForm(request.POST, request.FILES)
    status = 422
    if form.is_valid():
        try:
            add_text(request.actor, probe, form.cleaned_data["error_text"])
        except PastesFull as error:
            form.add_error("error_text", error.user_message)
        except RateLimited:
            form.add_error(None, _("Zu viel auf einmal. Warten Sie etwas."))
            status = 429
        else:
            return redirect(_answer(probe.pk))
    context = probe_context(request, pk) | {"error_text_form": form}
    return render(request, "diagnostics/probe.html", context, status=status)


@sensitive_post_parameters("error_text")
@require_POST
@portal_page
def error_text_start(request: ActorRequest) -> HttpResponse:
    """Start a probe with an error message."""
    form = ErrorTextForm(request.POST, request.FILES)
    status = 422
    if form.is_valid():
        try:
            probe = start_with_text(request.actor, form.cleaned_data["error_text"])
            return redirect(_answer(probe.pk))
        except RateLimited:
            form.add_error(None, _("Zu viel auf einmal. Warten Sie etwas."))
            status = 429
        except NoScanner:
            messages.error(request, _("Es ist noch kein Outbound Scanner eingetragen."))
            return redirect("diagnostics:probes")
    told = ProbeForm(initial=access.find_settings(request.actor))
    return probes_page(request, told, error_text_form=form, status=status)


def _answer(pk: UUID) -> str:
    return reverse("diagnostics:probe", args=[pk]) + "#h-error-text"
