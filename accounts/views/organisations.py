"""Which of several organisations somebody acts for."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import Membership


@require_POST
def choose_organisation(request: HttpRequest) -> HttpResponse:
    """Act for another of one's own organisations, in this session only."""
    wanted = request.POST.get("customer", "")
    own: list[Membership] = request.memberships  # type: ignore[attr-defined]
    chosen = next((one for one in own if str(one.customer_id) == wanted), None)
    if chosen is None:
        raise Http404
    request.session["customer_id"] = str(chosen.customer_id)
    said = _("Sie sind jetzt bei %(customer)s.") % {"customer": chosen.customer}
    messages.success(request, said)
    return redirect("start")
