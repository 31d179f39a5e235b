"""Log-ins and log-outs, written down."""

from __future__ import annotations

from django.db import transaction

from accounts import audit
from accounts.actions.history import record_for
from accounts.models import (
    User,
)


@transaction.atomic(durable=True)
def note_sign_in(user: User, *, kind: str) -> None:
    """Write the log-in down; `kind` says with which factor."""
    record_for(user, "auth.login", user, factor=kind)


@transaction.atomic(durable=True)
def note_failed_sign_in(email: str, *, step: str) -> None:
    """Write a refused password or code down; unknown addresses are not kept."""
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        audit.record_event("auth.failed", detail={"step": step})
    else:
        record_for(user, "auth.failed", user, step=step)


@transaction.atomic(durable=True)
def note_sign_out(user: User) -> None:
    """Write the log-out down."""
    record_for(user, "auth.logout", user)
