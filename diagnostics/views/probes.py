"""Pages of diagnostics: the probes, one probe, and the button that starts one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import RateLimited
from accounts.responses import portal_page
from accounts.tenancy import ActorRequest
from diagnostics import turns
from diagnostics.access import agents
from diagnostics.access import probes as access
from diagnostics.access.scanner_sessions import list_sessions_for
from diagnostics.actions import probes as actions
from diagnostics.errors import NoScanner
from diagnostics.forms.error_text import ErrorTextForm
from diagnostics.forms.pasted import PastedForm
from diagnostics.forms.probe_list import ProbeListForm
from diagnostics.forms.probes import ProbeForm
from diagnostics.presentation.agent import RECEIVING, make_box, make_columns
from diagnostics.presentation.checklist import make_probe_checklist
from diagnostics.presentation.error_text import make_answers
from diagnostics.presentation.pasted import make_pasted
from diagnostics.presentation.probe_list import make_list
from diagnostics.presentation.probes import make_page
from diagnostics.presentation.waiting import put_in_line
from diagnostics.search import find_page, list_causes


@require_safe
@portal_page
def probes(request: ActorRequest) -> HttpResponse:
    """Show the form that starts a probe, and the latest ones."""
    return probes_page(request, ProbeForm(initial=access.find_settings(request.actor)))


@sensitive_post_parameters("password")
@require_POST
@portal_page
def probe_start(request: ActorRequest) -> HttpResponse:
    """Start a probe of the outbound scanner."""
    form = ProbeForm(request.POST)
    if not form.is_valid():
        return probes_page(request, form, status=422)
    try:
        probe = actions.start_probe(request.actor, form.question())
    except RateLimited:
        form.add_error(None, _("Zu viele Prüfungen in einer Stunde. Warten Sie etwas."))
        return probes_page(request, form, status=429)
    except NoScanner:
        messages.error(request, _("Es ist noch kein Outbound Scanner eingetragen."))
        return redirect("diagnostics:probes")
    return redirect("diagnostics:probe", pk=probe.pk)


@require_safe
@portal_page
def probe(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show one probe: the answer first, then the path, then the evidence."""
    return render(request, "diagnostics/probe.html", probe_context(request, pk))


@require_safe
@portal_page
def probe_progress(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show the part of the probe that changes, alone; 204 while nothing has."""
    context = probe_context(request, pk)
    if request.GET.get("seen") == context["version"]:
        return HttpResponse(status=204)
    return render(request, "diagnostics/_progress.html", context)


def probe_context(request: ActorRequest, pk: UUID) -> dict[str, Any]:
    """Return what the page of a probe is made of."""
    found = access.get_probe(request.actor, pk)
    evidence = access.list_evidence(request.actor, found)
    run = agents.find_latest_run(request.actor, found)
    box = make_box(agents.find_line(request.actor, found), run, evidence)
    sessions = list_sessions_for(found)
    page = make_page(found, evidence, sessions, is_agent_running=box.state == RECEIVING)
    place = turns.find_place(found)
    page = put_in_line(page, place) if place else page
    every = "3s" if box.is_waited_for else ""
    return {
        "page": page,
        "probe": found,
        "agent": box,
        "table": make_columns(evidence),
        # How often the page asks again; not at all once nothing more can come.
        "every": every if page.is_final else ("2s" if place else "500ms"),
        "version": f"{page.version}-{box.version}",
        "checklist": make_probe_checklist(found, evidence, run),
        "pasted": make_pasted(found),
        "pasted_form": PastedForm(),
        "error_texts": make_answers(evidence),
        "error_text_form": ErrorTextForm(),
    }


def probes_page(
    request: ActorRequest,
    form: ProbeForm,
    *,
    error_text_form: ErrorTextForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the list with the forms above it, one of them as it was filled in."""
    listing = ProbeListForm(request.GET, causes=list_causes(request.actor))
    found = find_page(request.actor, listing.criteria, **listing.places)
    context = {
        "error_text_form": error_text_form or ErrorTextForm(),
        "list": make_list(found, listing.criteria),
        "listing": listing,
        "form": form,
        "scanner": access.find_scanner(),
    }
    return render(request, "diagnostics/probes.html", context, status=status)
