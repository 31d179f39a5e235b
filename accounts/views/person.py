"""Who is logged in."""

from __future__ import annotations

from django.http import HttpRequest

from accounts.models import User


def person_of(request: HttpRequest) -> User:
    """Return who is logged in: LoginRequiredMiddleware lets nobody else here."""
    user: User = request.user  # type: ignore[assignment]
    return user
