"""Invitations, kept: to whom, as what, whose mail they shall see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from accounts import audit, throttles
from accounts.errors import AlreadyMember
from accounts.mailboxes import Mailbox, keep_address
from accounts.models import Invitation, Membership
from accounts.tenancy import TenantQuerySet

DAY = 86400
PER_ADDRESS = 5


@dataclass(frozen=True, slots=True)
class Invitee:
    """Whom to invite, as what, and whose mail they shall see."""

    email: str
    role: str
    mailboxes: list[Mailbox]
    full_name: str = ""
    language: str = ""


def spend(customer_id: UUID, email: str) -> None:
    """Count one mail to an address that somebody has named; raise RateLimited."""
    limit = settings.INVITATIONS_PER_DAY
    # Of each customer by itself: one must not use up, nor notice, another's.
    pair = f"{customer_id}\0{email}"
    throttles.spend("invite.address", pair, limit=PER_ADDRESS, seconds=DAY)
    throttles.spend("invite", str(customer_id), limit=limit, seconds=DAY)


def keep(customer_id: UUID, invitee: Invitee, *, inviter_id: UUID | None) -> Invitation:
    """Keep an invitation; raise AlreadyMember. Needs a transaction; mail is not sent.

    One that is still open gets the new role and addresses, and a new link.
    """
    people = Membership.objects.filter(customer_id=customer_id)
    if people.filter(user__email=invitee.email).exists():
        raise AlreadyMember(invitee.email)
    said = {
        "role": invitee.role,
        "full_name": invitee.full_name,
        "invited_by_id": inviter_id,
        "language": invitee.language,
    }
    now = timezone.now()
    invitation: Invitation
    invitation, is_new = Invitation.objects.select_for_update().get_or_create(
        customer_id=customer_id,
        email=invitee.email,
        accepted_at=None,
        withdrawn_at=None,
        defaults={**said, "sent_at": now, "expires_at": _end(now)},
    )
    if not is_new:
        renew(invitation, **said)
    addresses = [keep_address(mailbox) for mailbox in invitee.mailboxes]
    mine = [one for one in addresses if one.customer_id == customer_id]
    invitation.addresses.set(mine)
    audit.record_event(
        "invitation.send",
        invitation,
        user_id=inviter_id,
        customer_id=customer_id,
        detail={"role": invitee.role, "addresses": len(mine)},
    )
    return invitation


def renew(invitation: Invitation, **changes: object) -> bool:
    """Void the links sent before and start the time anew; say whether it is open."""
    now = timezone.now()
    renewed = open_row(invitation).update(
        sends=F("sends") + 1, sent_at=now, expires_at=_end(now), **changes
    )
    return renewed == 1


def open_row(invitation: Invitation) -> TenantQuerySet:
    """Return the row as long as nobody accepted or withdrew it."""
    return Invitation.objects.filter(
        pk=invitation.pk, accepted_at=None, withdrawn_at=None
    )


def _end(now: datetime) -> datetime:
    return now + timedelta(days=settings.INVITATION_DAYS)
