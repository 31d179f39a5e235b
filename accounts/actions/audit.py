"""Taking the audit log away is an act of its own."""

from __future__ import annotations

from django.db import transaction

from accounts import audit
from accounts.tenancy import Actor, Permission, require_permission


@transaction.atomic(durable=True)
def note_export(actor: Actor, form: str) -> None:
    """Write down that somebody takes the log away; raise NotPermitted."""
    require_permission(actor, Permission.VIEW_AUDIT)
    audit.record(actor, "audit.export", form=form)
