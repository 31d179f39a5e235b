"""Passwords: set, and asked to be reset."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from accounts import sessions, throttles
from accounts.actions.history import notify, put_mail, record_for
from accounts.log_in_names import normalize
from accounts.models import User

HOUR = 3600


@transaction.atomic(durable=True)
def set_password(
    user: User, password: str, *, action: str, keep: UUID | None = None
) -> None:
    """Set a password; all log-ins but the one to keep end, no browser is trusted."""
    user.set_password(password)
    user.save(update_fields=["password"])
    sessions.end(user, keep=keep)
    record_for(user, action, user)
    notify(user, "password_changed")


def request_password_reset(email: str, *, network: str, browser: str = "") -> None:
    """Mail the link if the address is somebody's; raise RateLimited.

    The same is done for an unknown address, so that neither answer nor time tells.
    `browser` names the browser if the owner got in from it before: it counts alone, so
    that nobody who uses the links up keeps the owner from theirs.
    """
    account = normalize(email)
    if browser:
        throttles.spend("reset", f"{account}\0{browser}", limit=3, seconds=HOUR)
    else:
        throttles.spend("reset.network", network, limit=20, seconds=HOUR)
        throttles.spend("reset", f"{account}\0{network}", limit=3, seconds=HOUR)
        throttles.spend("reset.account", account, limit=6, seconds=HOUR)
    _queue_reset(account)


@transaction.atomic(durable=True)
def _queue_reset(account: str) -> None:
    user = User.objects.filter(email=account, is_active=True).first()
    put_mail(user, "password_reset")
