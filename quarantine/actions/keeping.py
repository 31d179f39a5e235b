"""What admins do with a mail beyond its day: kept for a case, erased on request."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.tenancy import Actor, Permission, require_permission
from quarantine import erasure
from quarantine.errors import ContentErased, NotHeld
from quarantine.models import Hold, Message
from quarantine.states import State


@transaction.atomic(durable=True)
def keep_hold(hold: Hold, *, actor: Actor, reason: str) -> None:
    """Let the mail not expire until somebody ends it.

    Raises NotHeld if it has expired or is kept already, ContentErased if nothing is
    left to keep.
    """
    require_permission(actor, Permission.KEEP)
    # Locked: an erasure waits, or was first.
    message = Message.objects.select_for_update().get(pk=hold.message_id)
    if message.wrapped_key is None:
        raise ContentErased(str(message.pk))
    mine = Hold.objects.visible_to(actor).filter(pk=hold.pk, kept_at=None)
    alive = mine.exclude(state=State.EXPIRED)
    marks = {"kept_at": timezone.now(), "kept_by": actor.user_id}
    if not alive.update(**marks, kept_reason=reason):
        raise NotHeld(hold.pk)
    audit.record(actor, "hold.keep", hold, reason=reason)


@transaction.atomic(durable=True)
def end_keep(hold: Hold, *, actor: Actor, reason: str) -> None:
    """Let the mail expire on its day again, at once if that is over; raise NotHeld."""
    require_permission(actor, Permission.KEEP)
    mine = Hold.objects.visible_to(actor).filter(pk=hold.pk)
    kept = mine.exclude(kept_at=None)
    if not kept.update(kept_at=None, kept_by=None, kept_reason=""):
        raise NotHeld(hold.pk)
    audit.record(actor, "hold.end_keep", hold, reason=reason)


@transaction.atomic(durable=True)
def erase_content(hold: Hold, *, actor: Actor, reason: str) -> None:
    """Make the mail unreadable for good, for all its recipients; raise NotErasable."""
    require_permission(actor, Permission.ERASE)
    mine = Hold.objects.visible_to(actor).get(pk=hold.pk)
    recipients = erasure.erase_mail(mine.message_id)
    audit.record(actor, "hold.erase", hold, reason=reason, recipients=recipients)


@transaction.atomic(durable=True)
def erase_as_operator(hold_id: UUID, *, reason: str) -> int:
    """Erase from the command line; return for how many recipients; raise NotErasable.

    Raises Hold.DoesNotExist if there is none.
    """
    hold = Hold.objects.get(pk=hold_id)
    recipients = erasure.erase_mail(hold.message_id)
    audit.record_event(
        "hold.erase",
        hold,
        customer_id=hold.customer_id,
        detail={"reason": reason, "recipients": recipients},
    )
    return recipients
