"""The demo's own pages: what the portal sent."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cleanmail.demo.outbox import list_sent, read_html

# Like a mail program: colours and fonts, nothing that is loaded or run.
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"


@require_safe
@never_cache
@login_not_required
def outbox(request: HttpRequest) -> HttpResponse:
    """Show mails and SMS; the address exists in the demo only."""
    return render(request, "demo_outbox.html", {"sent": list_sent()})


@require_safe
@never_cache
@login_not_required
def outbox_mail(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001
    """Show a mail as a mail program does."""
    try:
        response = HttpResponse(read_html(name))
    except FileNotFoundError as error:
        raise Http404 from error
    response["Content-Security-Policy"] = MAIL_POLICY
    return response
