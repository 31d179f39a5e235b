"""Pages of the rules: those of the customer, and those that a domain has of its own."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import domains as access
from accounts.actions import policies as actions
from accounts.answers import status_of
from accounts.decorators import require_step_up
from accounts.forms.policies import DomainPolicyForm, PolicyForm
from accounts.responses import portal_page
from accounts.tenancy import ActorRequest
from quarantine.actions import extending

PAGE_METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(PAGE_METHODS)
@require_step_up
@portal_page
def policy(request: ActorRequest) -> HttpResponse:
    """Change the customer's rules."""
    form = (
        PolicyForm(request.POST)
        if request.POST
        else PolicyForm.of(access.get_policy(request.actor))
    )
    if form.is_valid():
        actions.set_policy(request.actor, None, form.rules())
        messages.success(request, _("Die Regeln gelten ab jetzt für neue Post."))
        return redirect("domains:policy")
    return render(
        request, "domains/policy.html", {"form": form}, status=status_of(form)
    )


@require_http_methods(PAGE_METHODS)
@require_step_up
@portal_page
def domain_policy(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Give a domain rules of its own, or change them."""
    domain = access.get_domain(request.actor, pk)
    form = (
        DomainPolicyForm(request.POST)
        if request.POST
        else DomainPolicyForm.of(access.get_policy(request.actor, domain))
    )
    if form.is_valid():
        actions.set_policy(request.actor, domain, form.rules())
        messages.success(request, _("Die Regeln gelten ab jetzt für neue Post."))
        return redirect("domains:domain_policy", pk=pk)
    own = access.find_policy(request.actor, domain)
    context = {"form": form, "domain": domain, "own": own}
    return render(request, "domains/policy.html", context, status=status_of(form))


@require_POST
@require_step_up
@portal_page
def extend_held(request: ActorRequest) -> HttpResponse:
    """Let the customer's days hold for what is held already."""
    extending.extend_held(request.actor, None)
    messages.success(request, _("In den nächsten Minuten gelten sie auch dafür."))
    return redirect("domains:policy")


@require_POST
@require_step_up
@portal_page
def extend_held_of(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Let the domain's own days hold for what is held already."""
    domain = access.get_domain(request.actor, pk)
    extending.extend_held(request.actor, domain)
    messages.success(request, _("In den nächsten Minuten gelten sie auch dafür."))
    return redirect("domains:domain_policy", pk=pk)


@require_POST
@require_step_up
@portal_page
def drop_policy(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Let the customer's rules hold for the domain again."""
    domain = access.get_domain(request.actor, pk)
    actions.drop_policy(request.actor, domain)
    messages.success(
        request, _("Für diese Domain gelten wieder die allgemeinen Regeln.")
    )
    return redirect("domains:domain_policy", pk=pk)
