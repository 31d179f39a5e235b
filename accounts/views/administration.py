"""What an admin looks after now and then, on one page that leads on."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.responses import portal_page
from accounts.tenancy import ActorRequest, Permission, require_permission


@require_safe
@portal_page
def administration(request: ActorRequest) -> HttpResponse:
    """Lead on."""
    require_permission(request.actor, Permission.VIEW_AUDIT)
    return render(request, "accounts/administration.html")
