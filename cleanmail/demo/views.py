"""The demo's own page: what the portal sent."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cleanmail.demo.outbox import list_sent


@require_safe
@never_cache
@login_not_required
def outbox(request: HttpRequest) -> HttpResponse:
    """Show mails and SMS; the address exists in the demo only."""
    return render(request, "demo_outbox.html", {"sent": list_sent()})
