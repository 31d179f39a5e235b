"""How portal pages answer: for people of a customer only, with htmx or without."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect

from accounts.tenancy import ActorRequest

P = ParamSpec("P")


def portal_page(
    view: Callable[Concatenate[ActorRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let only people of a customer in, everybody else to the start; never cached."""

    @wraps(view)
    def wrapped(
        request: HttpRequest, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if getattr(request, "actor", None) is None:
            to = resolve_url("start")
            return (HttpResponseClientRedirect if is_htmx(request) else redirect)(to)
        return view(request, *args, **kwargs)  # type: ignore[arg-type]  # has an actor

    return never_cache(wrapped)  # type: ignore[return-value]  # takes any request


def is_htmx(request: HttpRequest) -> bool:
    """Say whether htmx asks, so that a fragment is wanted."""
    return bool(getattr(request, "htmx", False))


def htmx_target(request: HttpRequest) -> str:
    """Return the id of the element that htmx will replace, or nothing."""
    htmx = getattr(request, "htmx", None)
    return (htmx.target if htmx else None) or ""


def fragment_or_redirect(
    request: HttpRequest,
    template: str,
    context: Mapping[str, object],
    *,
    to: str,
    status: int = 200,
) -> HttpResponse:
    """Answer a POST: the fragment for htmx, else "see other" at `to`.

    Whoever has no JavaScript learns of a failure by the notice the view has left.
    """
    if is_htmx(request):
        return render(request, template, dict(context), status=status)
    response = HttpResponseRedirect(to)
    response.status_code = 303
    return response
