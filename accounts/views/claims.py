"""The page for who has no account yet."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import throttles
from accounts.actions.claims import request_claim
from accounts.answers import status_of
from accounts.errors import RateLimited
from accounts.forms.passwords import EmailForm


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_not_required
def claim(request: HttpRequest) -> HttpResponse:
    """Ask for the address; the answer is the same for every one."""
    form = EmailForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _is_queued(request, form):
        return redirect("accounts:claim_sent")
    context = {"form": form}
    return render(request, "accounts/claim.html", context, status=status_of(form))


def _is_queued(request: HttpRequest, form: EmailForm) -> bool:
    network = throttles.client_network(request)
    try:
        request_claim(form.cleaned_data["email"], network=network)
    except RateLimited as error:
        form.add_error("email", ValidationError(error.user_message, code="limited"))
    return form.is_valid()


@require_safe
@never_cache
@login_not_required
def claim_sent(request: HttpRequest) -> HttpResponse:
    """Say that a mail is on its way, if the address may have an account."""
    return render(request, "accounts/claim_sent.html")
