"""The button under the field for pasted output."""

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
from diagnostics.actions.pasted import paste
from diagnostics.errors import PasteNotUnderstood, PastesFull
from diagnostics.forms.pasted import PastedForm
from diagnostics.presentation.pasted import reading_text
from diagnostics.views.probes import probe_context


@sensitive_post_parameters("output")
@require_POST
@portal_page
def paste_output(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Read what was pasted into the probe's evidence."""
    probe = access.get_probe(request.actor, pk)
    form = PastedForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            reading = paste(request.actor, probe, form.cleaned_data["output"])
        except (PasteNotUnderstood, PastesFull) as error:
            form.add_error("output", error.user_message)
        except RateLimited:
            form.add_error(None, _("Zu viel auf einmal. Warten Sie etwas."))
            status = 429
        else:
            messages.success(request, reading_text(reading))
            return redirect(reverse("diagnostics:probe", args=[pk]) + "#h-pasted")
    context = probe_context(request, pk) | {"pasted_form": form}
    return render(request, "diagnostics/probe.html", context, status=status)
