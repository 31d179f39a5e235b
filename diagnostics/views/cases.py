"""Pages of support cases: what will be sent, what was, and the buttons on them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import RateLimited
from accounts.responses import portal_page
from accounts.tenancy import ActorRequest, Permission
from diagnostics.access import cases as access
from diagnostics.access import probes as probes_access
from diagnostics.actions import cases as actions
from diagnostics.errors import CaseExists, CaseNotMoved, ProbeUnfinished
from diagnostics.forms.cases import CaseForm, WordsForm
from diagnostics.models import Case, Probe
from diagnostics.presentation import cases as presentation


@require_safe
@portal_page
def cases(request: ActorRequest) -> HttpResponse:
    """Show the cases, the newest first."""
    rows = presentation.make_list(access.list_cases(request.actor))
    return render(request, "diagnostics/cases.html", {"rows": rows})


@require_safe
@portal_page
def case_new(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show everything that would be sent about a probe, and ask for the rest."""
    probe = probes_access.get_probe(request.actor, pk)
    existing = access.find_unfinished(request.actor, probe)
    if existing is not None:
        return redirect("diagnostics:case", pk=existing.pk)
    initial = {
        "public_address": access.find_public_address(request.actor, probe),
        "error_text": access.find_pasted_text(request.actor, probe),
    }
    return _new_page(request, probe, CaseForm(initial=initial))


@sensitive_post_parameters()
@require_POST
@portal_page
def case_open(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Open a case about the probe."""
    probe = probes_access.get_probe(request.actor, pk)
    form = CaseForm(request.POST, request.FILES)
    if not form.is_valid():
        return _new_page(request, probe, form, status=422)
    try:
        case = actions.open_case(request.actor, probe, form.draft())
    except CaseExists as existing:
        return redirect("diagnostics:case", pk=existing.pk)
    except (RateLimited, ProbeUnfinished) as error:
        form.add_error(None, error.user_message)
        return _new_page(request, probe, form, status=429)
    messages.success(request, _("Gesendet. Wir melden uns per E-Mail."))
    return redirect("diagnostics:case", pk=case.pk)


@require_safe
@portal_page
def case(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show one case: number, state, what was said, what was sent."""
    found = access.get_case(request.actor, pk)
    return _case_page(request, found, WordsForm())


@sensitive_post_parameters()
@require_POST
@portal_page
def case_reply(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Add a message to the case."""
    found = access.get_case(request.actor, pk)
    form = WordsForm(request.POST)
    if not form.is_valid():
        return _case_page(request, found, form, status=422)
    try:
        actions.reply(request.actor, found, form.cleaned_data["text"])
    except RateLimited as error:
        form.add_error(None, error.user_message)
        return _case_page(request, found, form, status=429)
    except CaseNotMoved as error:
        messages.error(request, error.user_message)
    return redirect("diagnostics:case", pk=pk)


@require_POST
@portal_page
def case_close(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Close the case."""
    found = access.get_case(request.actor, pk)
    try:
        actions.close_case(request.actor, found)
    except CaseNotMoved as error:
        messages.error(request, error.user_message)
    return redirect("diagnostics:case", pk=pk)


@require_POST
@portal_page
def case_reopen(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Open a closed case again."""
    found = access.get_case(request.actor, pk)
    try:
        actions.reopen_case(request.actor, found)
    except CaseExists as existing:
        messages.info(request, _("Zu dieser Prüfung ist schon ein Fall offen."))
        return redirect("diagnostics:case", pk=existing.pk)
    except (CaseNotMoved, RateLimited) as error:
        messages.error(request, error.user_message)
    return redirect("diagnostics:case", pk=pk)


@require_safe
@portal_page
def case_export(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Hand the case out as JSON: what the page shows, in the contract's form."""
    found = access.get_case(request.actor, pk)
    actions.record_export(request.actor, found)
    content = presentation.make_export(
        found,
        probes_access.list_evidence(request.actor, found.probe),
        access.list_messages(request.actor, found),
    )
    response = JsonResponse(content, json_dumps_params={"ensure_ascii": False})
    name = f'attachment; filename="cleanmail-{found.number}.json"'
    response["Content-Disposition"] = name
    return response


def _new_page(
    request: ActorRequest, probe: Probe, form: CaseForm, *, status: int = 200
) -> HttpResponse:
    evidence = probes_access.list_evidence(request.actor, probe)
    context = {
        "probe": probe,
        "form": form,
        "sheet": presentation.make_sheet(probe, evidence),
    }
    return render(request, "diagnostics/case_new.html", context, status=status)


def _case_page(
    request: ActorRequest, found: Case, form: WordsForm, *, status: int = 200
) -> HttpResponse:
    evidence = probes_access.list_evidence(request.actor, found.probe)
    history = access.list_messages(request.actor, found)
    context: dict[str, Any] = {
        "case": found,
        "probe": found.probe,
        "title": presentation.title_of(found),
        "badge": presentation.badge_of(found),
        "sheet": presentation.make_sheet(found.probe, evidence),
        "history": presentation.make_history(found, history),
        "form": form,
        "can_act": request.actor.can(Permission.START_PROBE),
    }
    return render(request, "diagnostics/case.html", context, status=status)
