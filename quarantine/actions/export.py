"""Taking the list away is an act of its own."""

from __future__ import annotations

from django.db import transaction

from accounts import audit, throttles
from accounts.tenancy import Actor, Permission, require_permission
from quarantine.criteria import Criteria

HOUR = 3600
EXPORTS_PER_HOUR = 20


def note_export(criteria: Criteria, *, actor: Actor) -> None:
    """Write down who took which search away; raise RateLimited."""
    require_permission(actor, Permission.VIEW_HOLDS)
    subject = str(actor.user_id)
    throttles.spend("hold.export", subject, limit=EXPORTS_PER_HOUR, seconds=HOUR)
    _note(criteria, actor)


@transaction.atomic(durable=True)
def _note(criteria: Criteria, actor: Actor) -> None:
    audit.record(actor, "hold.export", query=criteria.query)
