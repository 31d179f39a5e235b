"""The way to a hold for whoever decides how long it stays."""

from __future__ import annotations

from uuid import UUID

from accounts.tenancy import Actor, Permission, require_permission
from quarantine.access.holds import get_hold
from quarantine.models import Hold


def get_hold_to_keep(actor: Actor, pk: UUID) -> Hold:
    """Return the hold to whoever may keep it; raise Http404 or NotPermitted."""
    hold = get_hold(actor, pk)
    require_permission(actor, Permission.KEEP)
    return hold


def get_hold_to_erase(actor: Actor, pk: UUID) -> Hold:
    """Return the hold to whoever may erase it; raise Http404 or NotPermitted."""
    hold = get_hold(actor, pk)
    require_permission(actor, Permission.ERASE)
    return hold


def count_recipients(actor: Actor, hold: Hold) -> int:
    """Return how many holds of the customer have the same mail."""
    same: int = Hold.objects.visible_to(actor).filter(message=hold.message_id).count()
    return same
