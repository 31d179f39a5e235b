"""Pages of monitors: all, one with its history, and the buttons."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.responses import portal_page
from accounts.tenancy import ActorRequest
from diagnostics.access import monitors as access
from diagnostics.actions import monitors as actions
from diagnostics.errors import AlreadyWatched
from diagnostics.forms.monitors import IntervalForm, MonitorForm
from diagnostics.presentation.monitors import DAYS, make_page, make_rows


@require_safe
@portal_page
def monitors(request: ActorRequest) -> HttpResponse:
    """Show all monitors, how each stands, and what could be watched besides."""
    return _monitors_page(request, MonitorForm(request.actor))


@require_POST
@portal_page
def monitor_add(request: ActorRequest) -> HttpResponse:
    """Watch one thing more."""
    form = MonitorForm(request.actor, request.POST)
    if not form.is_valid():
        return _monitors_page(request, form, status=422)
    interval = form.cleaned_data["interval"]
    try:
        actions.add_monitor(request.actor, domain=form.domain, interval=interval)
    except AlreadyWatched as error:
        messages.error(request, error.user_message)
    else:
        messages.success(request, _("Die Überwachung läuft."))
    return redirect("diagnostics:monitors")


@require_safe
@portal_page
def monitor(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show one monitor: how it stands, its days, its changes, its latest runs."""
    actor = request.actor
    found = access.get_monitor(actor, pk)
    page = make_page(
        found,
        access.list_changes(actor, found),
        access.list_days(actor, found, DAYS),
        access.list_runs(actor, found),
    )
    context = {"page": page, "wants_mail": access.wants_mail(actor)}
    return render(request, "diagnostics/monitor.html", context)


@require_POST
@portal_page
def monitor_on(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Let a monitor run again."""
    actions.switch_on(request.actor, access.get_monitor(request.actor, pk))
    return redirect("diagnostics:monitor", pk=pk)


@require_POST
@portal_page
def monitor_off(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Let a monitor rest."""
    actions.switch_off(request.actor, access.get_monitor(request.actor, pk))
    return redirect("diagnostics:monitor", pk=pk)


@require_POST
@portal_page
def monitor_interval(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Choose how often a monitor runs."""
    found = access.get_monitor(request.actor, pk)
    form = IntervalForm(request.POST)
    if form.is_valid():
        actions.set_interval(request.actor, found, form.cleaned_data["interval"])
    else:
        messages.error(request, _("Wählen Sie einen Abstand aus der Liste."))
    return redirect("diagnostics:monitor", pk=pk)


@require_POST
@portal_page
def monitor_mail_on(request: ActorRequest) -> HttpResponse:
    """Mail this person when a state changes."""
    actions.want_mail(request.actor)
    return redirect("diagnostics:monitors")


@require_POST
@portal_page
def monitor_mail_off(request: ActorRequest) -> HttpResponse:
    """Mail this person no more."""
    actions.stop_mail(request.actor)
    return redirect("diagnostics:monitors")


def _monitors_page(
    request: ActorRequest, form: MonitorForm, *, status: int = 200
) -> HttpResponse:
    actor = request.actor
    found = access.list_monitors(actor)
    context = {
        "rows": make_rows(found, access.list_latest_changes(actor)),
        "form": form,
        "wants_mail": access.wants_mail(actor),
    }
    return render(request, "diagnostics/monitors.html", context, status=status)
