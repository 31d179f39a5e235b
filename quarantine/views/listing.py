"""The list of held mail, and one line of it."""

from __future__ import annotations

from typing import TypedDict
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.responses import (
    portal_page,
)
from accounts.tenancy import ActorRequest
from quarantine.access import holds as access
from quarantine.forms.listing import PlaceForm, SearchForm
from quarantine.presentation.list import HoldList, make_list
from quarantine.views.contexts import row_context


@require_safe
@portal_page
def holds(request: ActorRequest) -> HttpResponse:
    """Show what is held, newest first."""
    return render(request, "quarantine/holds.html", _list_context(request))


@require_safe
@portal_page
def hold_rows(request: ActorRequest) -> HttpResponse:
    """Show the list alone, for a search in place."""
    context = _list_context(request)
    response = render(request, "quarantine/_holds.html", context)
    # The address bar shows the page, not the fragment.
    response["HX-Replace-Url"] = context["list"].url
    return response


@require_safe
@portal_page
def hold_row(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show one line of the list alone, while its release is on the way."""
    hold = access.get_hold(request.actor, pk)
    return render(request, "quarantine/_hold_rows.html", row_context(request, hold))


class ListContext(TypedDict):
    """What the templates of the list read."""

    form: SearchForm
    list: HoldList


def _list_context(request: ActorRequest) -> ListContext:
    form = SearchForm(request.GET, actor=request.actor)
    criteria = form.read()
    address = form.name_address(criteria.to)
    place = PlaceForm(request.GET).read()
    shown = make_list(request.actor, criteria, address=address, **place)
    return {"form": form, "list": shown}
