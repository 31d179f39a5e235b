"""The agent's two addresses, opened by its token, and the buttons on the probe's page.

Unknown, expired and revoked tokens look the same.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.http.request import UnreadablePostError
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import RateLimited
from accounts.responses import portal_page
from accounts.tenancy import ActorRequest
from accounts.throttles import client_address
from diagnostics.access import agents as access
from diagnostics.access.probes import get_probe
from diagnostics.actions import agents as actions
from diagnostics.agent_reports import read_report
from diagnostics.agent_settings import make_script
from diagnostics.errors import AgentReportRefused, AgentRunOver


@require_safe
@login_not_required
@never_cache
def agent_script(_request: HttpRequest, token: str) -> HttpResponse:
    """Hand out the agent with its probe's settings; nothing changes by that."""
    found = access.find_token(token)
    if found is None:
        return _unknown()
    script = make_script(found, access.list_evidence_of(found))
    response = HttpResponse(script, content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="cleanmail-probe.py"'
    return response


@csrf_exempt
@require_POST
@login_not_required
@never_cache
def agent_report(request: HttpRequest, token: str) -> HttpResponse:
    """Keep what the agent found so far, and tell it the time and its address."""
    found = access.find_token(token)
    if found is None:
        return _unknown()
    address = client_address(request)
    try:
        report = read_report(_read_body(request))
        actions.take_report(found, report, address)
    except RateLimited as error:
        return _answer({"error": "rate"}, 429, retry_after=error.retry_after)
    except AgentRunOver:
        return _answer({"error": "over"}, 409)
    except AgentReportRefused as error:
        return _answer({"error": str(error)}, 422)
    said = actions.make_answer(found.probe, report, address)
    return _answer(said, 200)


@require_POST
@portal_page
def agent_line(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Draw a new line for the probe; the old one ends."""
    found = get_probe(request.actor, pk)
    try:
        actions.renew_line(request.actor, found)
    except RateLimited:
        messages.error(request, _("Zu viele neue Zeilen in einer Stunde."))
    return redirect("diagnostics:probe", pk=pk)


@require_POST
@portal_page
def agent_paste(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Keep the block of text that the agent printed."""
    found = get_probe(request.actor, pk)
    try:
        actions.take_pasted(request.actor, found, request.POST.get("report", ""))
    except AgentReportRefused as error:
        messages.error(request, error.user_message)
    except (AgentRunOver, RateLimited):
        messages.error(request, _("Von dieser Prüfung nehmen wir nichts mehr an."))
    else:
        messages.success(request, _("Der Bericht ist da."))
    return redirect("diagnostics:probe", pk=pk)


def _unknown() -> HttpResponse:
    """Answer every token that opens nothing with the same bytes, for curl to show."""
    return HttpResponseNotFound("unknown\n", content_type="text/plain")


def _read_body(request: HttpRequest) -> bytes:
    try:
        return request.body
    except (RequestDataTooBig, UnreadablePostError) as error:
        raise AgentReportRefused("too long") from error


def _answer(said: dict[str, Any], status: int, *, retry_after: int = 0) -> HttpResponse:
    response = JsonResponse(said, status=status)
    if retry_after:
        response["Retry-After"] = str(retry_after)
    return response
