"""What people decide about holds: release, discard, undo, ask, once more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.enqueue import enqueue
from accounts.errors import NotPermitted
from accounts.tenancy import Actor, Permission, require_permission
from quarantine import asking, moves, tasks
from quarantine.access.rights import Rulebook, get_rulebook
from quarantine.errors import NotConfirmed, NotHeld, ReservedForAdmin
from quarantine.models import Hold, HoldRequest, HoldView
from quarantine.states import OPEN, REPEATABLE, State

# A function of `moves`: whether the hold was where it could move from.
Move = Callable[..., bool]


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of a selection: done, decided before, reserved, to confirm alone."""

    done: int
    taken: int = 0
    reserved: int = 0
    unconfirmed: int = 0


@transaction.atomic(durable=True)
def release_hold(hold: Hold, *, actor: Actor, confirmed: str = "") -> None:
    """Claim a hold and queue it; raise NotHeld if somebody was first.

    Raises ReservedForAdmin where policy or floor keep the category from members, and
    NotConfirmed where one must know what it is and `confirmed` names something else.
    """
    _require_release(hold, rulebook=get_rulebook(actor), confirmed=confirmed)
    if not _release(hold, actor=actor, before=OPEN, confirmed=confirmed):
        raise NotHeld(hold.pk)


@transaction.atomic(durable=True)
def release_hold_again(hold: Hold, *, actor: Actor, confirmed: str = "") -> None:
    """Queue what was delivered, refused or left unsure once more; raise NotHeld.

    Raises ReservedForAdmin or NotConfirmed, as the first release does.
    """
    _require_release(hold, rulebook=get_rulebook(actor), confirmed=confirmed)
    if not _release(hold, actor=actor, before=REPEATABLE, confirmed=confirmed):
        raise NotHeld(hold.pk)


@transaction.atomic(durable=True)
def release_holds(holds: Iterable[Hold], *, actor: Actor) -> BulkResult:
    """Claim and queue each hold that is still open.

    Raises NotPermitted if any may not be acted on. What the policy reserves for admins,
    and what one must confirm to know, is left as it is and counted.
    """
    rulebook = get_rulebook(actor)
    ordered = _require_bulk(holds, Permission.RELEASE, rulebook=rulebook)
    allowed = [hold for hold in ordered if rulebook.rights(hold).can_release]
    free = [hold for hold in allowed if not rulebook.rights(hold).needs_confirmation]
    done = sum(_release(hold, actor=actor, before=OPEN) for hold in free)
    return BulkResult(
        done=done,
        taken=len(free) - done,
        reserved=len(ordered) - len(allowed),
        unconfirmed=len(allowed) - len(free),
    )


@transaction.atomic(durable=True)
def discard_hold(hold: Hold, *, actor: Actor) -> None:
    """Take the hold out of the list, for nobody's inbox; raise NotHeld."""
    _move_one(hold, moves.discard, actor=actor)


@transaction.atomic(durable=True)
def discard_holds(holds: Iterable[Hold], *, actor: Actor) -> BulkResult:
    """Discard each hold that may still be; NotPermitted if any may not be acted on."""
    return _move_many(holds, moves.discard, actor=actor)


@transaction.atomic(durable=True)
def undo_discard(hold: Hold, *, actor: Actor) -> None:
    """Hold again what was discarded, as long as it is here; raise NotHeld."""
    _move_one(hold, moves.undo, actor=actor)


@transaction.atomic(durable=True)
def undo_discards(holds: Iterable[Hold], *, actor: Actor) -> BulkResult:
    """Hold again each that is still discarded; NotPermitted if any may not be."""
    return _move_many(holds, moves.undo, actor=actor)


@transaction.atomic(durable=True)
def request_release(hold: Hold, *, actor: Actor, reason: str = "") -> None:
    """Ask the customer's admin to release the hold, with a reason; raise NotHeld."""
    _require_act(hold, Permission.RELEASE, rulebook=get_rulebook(actor))
    changes = moves.decision(actor)
    if not moves.move(hold, [State.HELD], State.REQUESTED, actor=actor, **changes):
        raise NotHeld(hold.pk)
    asking.open_request(hold, actor=actor, reason=reason)
    audit.record(actor, "hold.request_release", hold)


@transaction.atomic(durable=True)
def withdraw_request(hold: Hold, *, actor: Actor) -> None:
    """Hold again what was asked for, without an answer; raise NotHeld."""
    _require_act(hold, Permission.RELEASE, rulebook=get_rulebook(actor))
    changes: dict[str, moves.Change] = {"decided_at": None, "decided_by": None}
    if not moves.move(hold, [State.REQUESTED], State.HELD, actor=actor, **changes):
        raise NotHeld(hold.pk)
    asking.settle(hold, HoldRequest.State.WITHDRAWN, actor=actor)
    audit.record(actor, "hold.withdraw_request", hold)


@transaction.atomic(durable=True)
def deny_request(hold: Hold, *, actor: Actor, answer: str = "") -> None:
    """Say no to a request: the hold stays held and tells so; raise NotHeld."""
    _require_decider(hold, rulebook=get_rulebook(actor))
    changes: dict[str, moves.Change] = {
        "decided_at": None,
        "decided_by": None,
        "denied_at": timezone.now(),
        "denied_by": actor.user_id,
    }
    if not moves.move(hold, [State.REQUESTED], State.HELD, actor=actor, **changes):
        raise NotHeld(hold.pk)
    asking.settle(hold, HoldRequest.State.DENIED, actor=actor, answer=answer)
    audit.record(actor, "hold.deny_request", hold)


@transaction.atomic(durable=True)
def confirm_arrival(hold: Hold, *, actor: Actor) -> None:
    """Note that a person has found an unsure release in the mailbox; raise NotHeld."""
    _require_act(hold, Permission.RELEASE, rulebook=get_rulebook(actor))
    changes = moves.decision(actor)
    if not moves.move(hold, [State.UNSURE], State.RELEASED, actor=actor, **changes):
        raise NotHeld(hold.pk)
    audit.record(actor, "hold.confirm_arrival", hold)


@transaction.atomic(durable=True)
def mark_seen(hold: Hold, *, actor: Actor) -> None:
    """Note that somebody who may decide has looked; of each the first look counts."""
    _require_act(hold, Permission.DISCARD, rulebook=get_rulebook(actor))
    look = HoldView(
        customer_id=actor.customer_id, hold_id=hold.pk, user_id=actor.user_id
    )
    HoldView.objects.bulk_create([look], ignore_conflicts=True)
    unseen = Hold.objects.visible_to(actor).filter(pk=hold.pk, first_seen_at=None)
    unseen.update(first_seen_at=timezone.now())


def _require_act(hold: Hold, permission: Permission, *, rulebook: Rulebook) -> None:
    require_permission(rulebook.actor, permission)
    if not rulebook.rights(hold).can_act:
        raise NotPermitted(permission)


def _require_decider(hold: Hold, *, rulebook: Rulebook) -> None:
    _require_act(hold, Permission.RELEASE, rulebook=rulebook)
    if not rulebook.rights(hold).can_release:
        raise ReservedForAdmin(hold.category)


def _require_release(hold: Hold, *, rulebook: Rulebook, confirmed: str) -> None:
    _require_decider(hold, rulebook=rulebook)
    if rulebook.rights(hold).needs_confirmation and confirmed != hold.category:
        raise NotConfirmed(hold.category)


def _move_one(hold: Hold, move: Move, *, actor: Actor) -> None:
    _require_act(hold, Permission.DISCARD, rulebook=get_rulebook(actor))
    if not move(hold, actor=actor):
        raise NotHeld(hold.pk)


def _move_many(holds: Iterable[Hold], move: Move, *, actor: Actor) -> BulkResult:
    ordered = _require_bulk(holds, Permission.DISCARD, rulebook=get_rulebook(actor))
    done = sum(move(hold, actor=actor) for hold in ordered)
    return BulkResult(done, taken=len(ordered) - done)


def _require_bulk(
    holds: Iterable[Hold], permission: Permission, *, rulebook: Rulebook
) -> list[Hold]:
    # In primary-key order: two selections that overlap never wait for each other.
    ordered = sorted(holds, key=lambda hold: hold.pk)
    for hold in ordered:
        _require_act(hold, permission, rulebook=rulebook)
    return ordered


@transaction.atomic(durable=True)
def note_raw_view(hold: Hold, *, actor: Actor) -> None:
    """Write down who looked at a message as it came."""
    require_permission(actor, Permission.VIEW_RAW)
    audit.record(actor, "hold.view_raw", hold)


@transaction.atomic(durable=True)
def note_download(hold: Hold, *, actor: Actor, sha256: str) -> None:
    """Write down who took which attachment out."""
    require_permission(actor, Permission.VIEW_RAW)
    audit.record(actor, "hold.download", hold, sha256=sha256)


def _release(
    hold: Hold, *, actor: Actor, before: Sequence[str], confirmed: str = ""
) -> bool:
    detail = {"confirmed": confirmed} if confirmed == hold.category else {}
    if not moves.release(hold, actor=actor, before=before, **detail):
        return False
    enqueue(tasks.reinject, hold.customer_id, hold.pk)
    return True
