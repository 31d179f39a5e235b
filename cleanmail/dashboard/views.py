"""The admin's overview."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access.domains import list_domains
from accounts.access.factors import factor_coverage
from accounts.responses import portal_page
from accounts.tenancy import ActorRequest, Permission, require_permission
from cleanmail.dashboard.presentation import RANGES, USUAL_RANGE, make_dashboard
from cleanmail.domains.presentation import make_rows
from diagnostics.access.probes import list_latest_checks
from diagnostics.models import Probe
from quarantine.day_counts import count_requests, summarize
from quarantine.search import COUNT_MAX


@require_safe
@portal_page
def dashboard(request: ActorRequest) -> HttpResponse:
    """Show what was held and released, who has a second factor, how domains stand."""
    actor = request.actor
    require_permission(actor, Permission.VIEW_DASHBOARD)
    wanted = request.GET.get("days", "")
    days = next((it for it in RANGES if str(it) == wanted), USUAL_RANGE)
    page = make_dashboard(
        summarize(actor, days),
        days=days,
        requests=count_requests(actor, at_most=COUNT_MAX + 1),
        domains=make_rows(
            list_domains(actor),
            records=list_latest_checks(actor, Probe.Kind.DOMAIN),
            next_hops=list_latest_checks(actor, Probe.Kind.NEXT_HOP),
        ),
    )
    context = {"page": page, "coverage": factor_coverage(actor)}
    return render(request, "dashboard.html", context)
