"""Pages of domains: the list, one domain, its next hop, its end."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.access import domains as access
from accounts.actions import domains as actions
from accounts.answers import status_of
from accounts.decorators import require_step_up
from accounts.errors import DomainGone, DomainTaken, NextHopRefused, RateLimited
from accounts.models import Domain
from accounts.responses import portal_page
from accounts.tenancy import ActorRequest
from cleanmail.domains.forms import DomainForm, NextHopForm, RemovalForm, TrialForm
from cleanmail.domains.marks import ORDER
from cleanmail.domains.presentation import make_page, make_rows
from cleanmail.domains.rules import list_rules
from diagnostics.access.probes import find_latest_check, list_checks, list_latest_checks
from diagnostics.actions import probes as diagnostics
from diagnostics.domain_verdict import Station
from diagnostics.errors import ForeignRecipient, NotVerified
from diagnostics.models import Probe
from quarantine.access.holds import count_held
from quarantine.presentation.list import count_text
from quarantine.search import COUNT_MAX

PAGE_METHODS = ["GET", "HEAD", "POST"]


@require_safe
@portal_page
def domains(request: ActorRequest) -> HttpResponse:
    """Show all domains and what is not right, and the form that adds one."""
    return _domains_page(request, DomainForm())


@require_POST
@portal_page
def add(request: ActorRequest) -> HttpResponse:
    """Claim a domain and look at its records at once."""
    form = DomainForm(request.POST)
    if not form.is_valid():
        return _domains_page(request, form, status=422)
    try:
        domain = actions.add_domain(request.actor, form.cleaned_data["name"])
    except DomainTaken as error:
        form.add_error("name", error.user_message)
        return _domains_page(request, form, status=409)
    except RateLimited as error:
        form.add_error("name", error.user_message)
        return _domains_page(request, form, status=429)
    with suppress(RateLimited):  # the sweep looks later
        diagnostics.check_domain(domain, actor=request.actor)
    return redirect("domains:domain", pk=domain.pk)


@require_safe
@portal_page
def domain(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show one domain: what stands how, and the step that is next."""
    return render(request, "domains/domain.html", _context(request, pk))


@require_safe
@portal_page
def progress(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show the part of the page that changes, alone; 204 while nothing has."""
    context = _context(request, pk)
    if request.GET.get("seen") == context["page"].version:
        return HttpResponse(status=204)
    return render(request, "domains/_progress.html", context)


@require_POST
@portal_page
def check(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Look at the domain's records now."""
    found = access.get_domain(request.actor, pk)
    try:
        diagnostics.check_domain(found, actor=request.actor)
    except RateLimited as error:
        messages.error(request, error.user_message)
    return redirect(_url(pk, station=request.POST.get("station", "")))


@require_POST
@portal_page
def trial(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Ask the next hop whether it would take mail for an address."""
    found = access.get_domain(request.actor, pk)
    form = TrialForm(request.POST)
    if not form.is_valid():
        context = _context(request, pk, station=Station.NEXT_HOP) | {"trial_form": form}
        return render(request, "domains/domain.html", context, status=422)
    recipient = form.cleaned_data["recipient"].strip()
    try:
        diagnostics.check_next_hop(found, test_recipient=recipient, actor=request.actor)
    except (RateLimited, NotVerified, ForeignRecipient) as error:
        messages.error(request, error.user_message)
    return redirect(_url(pk, station=Station.NEXT_HOP))


@require_http_methods(PAGE_METHODS)
@require_step_up
@portal_page
def next_hop(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Say where the domain's mail goes."""
    found = access.get_domain(request.actor, pk)
    form = NextHopForm(request.POST) if request.POST else NextHopForm.of(found)
    if form.is_valid():
        try:
            actions.set_next_hop(request.actor, found, form.next_hop())
        except NextHopRefused as error:
            form.add_error("host", error.user_message)
        else:
            messages.success(request, _("Der nächste Server ist eingetragen."))
            return redirect(_url(pk, station=Station.NEXT_HOP))
    context = {"domain": found, "form": form}
    return render(request, "domains/next_hop.html", context, status=status_of(form))


@require_http_methods(PAGE_METHODS)
@require_step_up
@portal_page
def remove(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Say what happens to the mail, then take the domain away."""
    found = access.get_domain(request.actor, pk)
    form = RemovalForm(request.POST or None, domain=found)
    if not form.is_valid():
        held = count_held(request.actor, found, at_most=COUNT_MAX + 1)
        context = {"domain": found, "form": form, "held": held and count_text(held)}
        return render(request, "domains/remove.html", context, status=status_of(form))
    try:
        actions.remove_domain(request.actor, found)
    except DomainGone:
        messages.warning(request, _("Diese Domain ist schon entfernt."))
    else:
        messages.success(request, _("Die Domain ist entfernt."))
    return redirect("domains:domains")


def _url(pk: UUID, *, station: str) -> str:
    url = reverse("domains:domain", kwargs={"pk": pk})
    return f"{url}?{urlencode({'station': station})}" if station in ORDER else url


def _context(request: ActorRequest, pk: UUID, *, station: str = "") -> dict[str, Any]:
    found = access.get_domain(request.actor, pk)
    page = make_page(
        found,
        records=_latest(request, found, Probe.Kind.DOMAIN),
        next_hop=_latest(request, found, Probe.Kind.NEXT_HOP),
        history=list(list_checks(request.actor, found)),
        station=station or request.GET.get("station", ""),
    )
    form = TrialForm(initial={"recipient": f"postmaster@{found.name}"})
    rules = list_rules(access.get_policy(request.actor, found))
    return {"page": page, "domain": found, "trial_form": form, "rules": rules}


def _latest(request: ActorRequest, found: Domain, kind: Probe.Kind) -> Probe | None:
    return find_latest_check(request.actor, found, kind, is_final=True)


def _domains_page(
    request: ActorRequest, form: DomainForm, *, status: int = 200
) -> HttpResponse:
    actor = request.actor
    rows = make_rows(
        access.list_domains(actor),
        records=list_latest_checks(actor, Probe.Kind.DOMAIN),
        next_hops=list_latest_checks(actor, Probe.Kind.NEXT_HOP),
    )
    context = {"rows": rows, "form": form}
    return render(request, "domains/domains.html", context, status=status)
