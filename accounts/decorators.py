"""What a view demands of the session before it does anything."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts import second_factor
from accounts.detours import lead_to

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def require_step_up(view: View[P]) -> View[P]:
    """Demand a proof of the last minutes, else lead to the page that asks for it.

    The proof is the second factor, for whoever has none the password.
    A POST is not repeated: the person returns to the page that held the button.
    """

    @wraps(view)
    def guarded(
        request: HttpRequest, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if second_factor.has_fresh_proof(request):
            return view(request, *args, **kwargs)
        return lead_to(request, "accounts:step_up")

    return guarded  # type: ignore[return-value]  # wraps() loses the first name
