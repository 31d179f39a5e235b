"""The lists of senders: a person's own, and the customer's."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.answers import status_of
from accounts.responses import portal_page
from accounts.tenancy import ActorRequest, Permission
from quarantine.access import sender_rules as access
from quarantine.access.sender_rules import Scope
from quarantine.actions import sender_rules as actions
from quarantine.errors import RuleExists, TooManyRules
from quarantine.forms.sender_rules import (
    HouseSenderForm,
    RuleSearchForm,
    RuleSelectionForm,
    SenderForm,
    TermsForm,
)
from quarantine.models import SenderRule
from quarantine.presentation.senders import make_list, make_row


@require_safe
@portal_page
def own_senders(request: ActorRequest) -> HttpResponse:
    """Show whom a person allows and blocks for themselves."""
    return _own_page(request, SenderForm())


@require_POST
@portal_page
def add_own_sender(request: ActorRequest) -> HttpResponse:
    """Keep a sender in one's own list."""
    scope = Scope(owner_id=request.actor.user_id)
    access.require_scope(request.actor, scope)
    form = SenderForm(request.POST)
    if form.is_valid() and _keep(request, form, scope):
        return redirect("quarantine:own_senders")
    return _own_page(request, form)


@require_safe
@portal_page
def senders(request: ActorRequest) -> HttpResponse:
    """Show whom the customer allows and blocks."""
    rules = access.list_house_rules(request.actor)
    return _page(request, HouseSenderForm(actor=request.actor), rules)


@require_POST
@portal_page
def add_sender(request: ActorRequest) -> HttpResponse:
    """Keep a sender in the customer's list."""
    rules = access.list_house_rules(request.actor)
    form = HouseSenderForm(request.POST, actor=request.actor)
    if form.is_valid() and _keep(request, form, form.scope):
        return redirect("quarantine:senders")
    return _page(request, form, rules)


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def sender(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Change note and last day of a rule."""
    (rule,) = access.get_rules(request.actor, [pk])
    access.require_scope(request.actor, actions.scope_of(rule))
    form = TermsForm(request.POST or None, initial=TermsForm.initial_of(rule))
    if request.method == "POST" and form.is_valid():
        note, ends = form.cleaned_data["note"], form.expires_at
        actions.change_rule(rule, note=note, expires_at=ends, actor=request.actor)
        return redirect(_list_of([rule]))
    context = {"form": form, "row": make_row(rule), "list_url": _list_of([rule])}
    return render(request, "quarantine/sender.html", context, status=status_of(form))


@require_POST
@portal_page
def remove_senders(request: ActorRequest) -> HttpResponse:
    """Take the ticked rules out of their list."""
    form = RuleSelectionForm(request.POST)
    if not form.is_valid():
        return _refuse(request, form)
    rules = access.get_rules(request.actor, form.cleaned_data["rule"])
    count = actions.remove_rules(rules, actor=request.actor)
    told = ngettext(
        "%(count)d Absender entfernt. Unter «Kürzlich entfernt» holen Sie ihn zurück.",
        "%(count)d Absender entfernt. Unter «Kürzlich entfernt» holen Sie sie zurück.",
        count,
    )
    messages.info(request, told % {"count": count})
    return redirect(_list_of(rules))


@require_POST
@portal_page
def restore_senders(request: ActorRequest) -> HttpResponse:
    """Take the ticked rules back."""
    form = RuleSelectionForm(request.POST)
    if not form.is_valid():
        return _refuse(request, form)
    rules = access.get_rules(request.actor, form.cleaned_data["rule"])
    try:
        count = actions.restore_rules(rules, actor=request.actor)
    except TooManyRules:
        messages.error(request, _("Die Liste ist voll. Entfernen Sie zuerst Absender."))
        return redirect(_list_of(rules))
    told = ngettext(
        "%(count)d Absender zurückgeholt.", "%(count)d Absender zurückgeholt.", count
    )
    messages.info(request, told % {"count": count})
    return redirect(_list_of(rules))


def _keep(request: ActorRequest, form: SenderForm, scope: Scope) -> bool:
    """Keep what the form says; False, and the form says why, if that cannot be."""
    try:
        rule = actions.create_rule(scope, form.entry, actor=request.actor)
    except RuleExists:
        form.add_error("sender", _("Dieser Absender steht schon in der Liste."))
        return False
    except TooManyRules:
        form.add_error(None, _("Die Liste ist voll. Entfernen Sie zuerst Absender."))
        return False
    kept = _("«%(sender)s» ist eingetragen.") % {"sender": make_row(rule).sender}
    messages.success(request, kept)
    return True


def _refuse(request: ActorRequest, form: RuleSelectionForm) -> HttpResponse:
    access.require_scope(request.actor, Scope(owner_id=request.actor.user_id))
    messages.warning(request, form.problem)
    is_house = request.actor.can(Permission.MANAGE_SENDERS)
    return redirect("quarantine:senders" if is_house else "quarantine:own_senders")


def _list_of(rules: list[SenderRule]) -> str:
    is_own = any(rule.owner_id for rule in rules)
    return "quarantine:own_senders" if is_own else "quarantine:senders"


def _own_page(request: ActorRequest, form: SenderForm) -> HttpResponse:
    return _page(request, form, access.list_own_rules(request.actor), is_own=True)


def _page(
    request: ActorRequest, form: SenderForm, rules: object, *, is_own: bool = False
) -> HttpResponse:
    search = RuleSearchForm(request.GET)
    said, after = search.read()
    context = {
        "form": form,
        "search": search,
        "list": make_list(rules, said, after),  # type: ignore[arg-type]  # a QuerySet
        "is_own": is_own,
        "may_change": not is_own or access.may_keep_own(request.actor),
        "has_house": request.actor.can(Permission.MANAGE_SENDERS),
    }
    template = "quarantine/senders.html"
    return render(request, template, context, status=status_of(form))
