"""Moves of a hold by a person: a conditional update, its line in the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts import audit
from accounts.tenancy import Actor
from quarantine import asking
from quarantine.models import Hold, HoldRequest
from quarantine.states import State, states_before

Change = datetime | UUID | int | None


def decision(actor: Actor) -> dict[str, Change]:
    """Return when and by whom it was decided, as columns."""
    return {"decided_at": timezone.now(), "decided_by": actor.user_id}


def move(
    hold: Hold, before: Sequence[str], after: State, *, actor: Actor, **changes: Change
) -> bool:
    """Move the hold unless it is elsewhere already, expired or out of reach."""
    allowed = [state for state in before if state in states_before(after)]
    mine = Hold.objects.visible_to(actor).filter(pk=hold.pk, state__in=allowed)
    # What is kept for a case is here, so it can still be decided.
    alive = mine.filter(Q(expires_at__gt=timezone.now()) | Q(kept_at__isnull=False))
    return bool(alive.update(state=after, **changes))


def release(
    hold: Hold, *, actor: Actor, before: Sequence[str], **detail: object
) -> bool:
    """Let the hold wait for a worker; whoever calls wakes one."""
    # Due at once, whatever the worker's clock says.
    changes = decision(actor) | {"started_at": None, "next_attempt_at": None}
    if not move(hold, before, State.RELEASING, actor=actor, **changes):
        return False
    asking.settle(hold, HoldRequest.State.GRANTED, actor=actor)
    audit.record(actor, "hold.release", hold, **detail)
    return True


def discard(hold: Hold, *, actor: Actor, **detail: object) -> bool:
    """Take the hold out of the list, for nobody's inbox."""
    before = states_before(State.DISCARDED)
    if not move(hold, before, State.DISCARDED, actor=actor, **decision(actor)):
        return False
    asking.settle(hold, HoldRequest.State.DENIED, actor=actor)
    audit.record(actor, "hold.discard", hold, **detail)
    return True


def undo(hold: Hold, *, actor: Actor, **detail: object) -> bool:
    """Hold again what was discarded."""
    changes = {"decided_at": None, "decided_by": None}
    if not move(hold, [State.DISCARDED], State.HELD, actor=actor, **changes):
        return False
    audit.record(actor, "hold.undo_discard", hold, **detail)
    return True
