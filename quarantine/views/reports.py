"""The buttons that tell the filter what a held message is."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.errors import RateLimited
from accounts.responses import portal_page
from accounts.tenancy import ActorRequest
from quarantine.access import holds as access
from quarantine.actions import reports
from quarantine.errors import NotReportable
from quarantine.forms.decisions import ReportForm
from quarantine.models import Hold


@require_POST
@portal_page
def report(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Report the verdict of a hold as wrong."""
    hold = access.get_hold(request.actor, pk)
    send_report(request, hold)
    return redirect("quarantine:hold", pk=pk)


@require_POST
@portal_page
def withdraw_report(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Take a report back before the filter hears of it."""
    hold = access.get_hold(request.actor, pk)
    try:
        reports.withdraw_report(hold, actor=request.actor)
    except NotReportable:
        messages.warning(request, _("Der Filter weiss es schon."))
    return redirect("quarantine:hold", pk=pk)


def send_report(request: ActorRequest, hold: Hold) -> None:
    """Report what the form says, if it says anything; tell why it was not taken."""
    says = ReportForm(request.POST).read()
    if not says:
        return
    try:
        reports.report_verdict(hold, says, actor=request.actor)
    except NotReportable:
        messages.info(request, _("Das wurde dem Filter schon gemeldet."))
    except RateLimited:
        messages.warning(
            request, _("Sie haben heute schon viele E-Mails gemeldet. Morgen wieder.")
        )
