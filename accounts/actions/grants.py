"""Grants: whose mail a person sees, acts on, gets digests of, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from accounts import audit
from accounts.actions.history import notify
from accounts.actions.people import lock_person
from accounts.errors import AddressRefused
from accounts.mailboxes import Mailbox, keep_address
from accounts.models import AddressGrant, Membership
from accounts.tenancy import Actor, Permission, require_permission


@dataclass(frozen=True, slots=True)
class Rights:
    """What a grant gives besides looking; `ends_on` is its last day."""

    can_act: bool
    gets_digest: bool
    ends_on: date | None


@transaction.atomic(durable=True)
def give(
    membership: Membership, mailbox: Mailbox, rights: Rights, *, actor: Actor
) -> None:
    """Let the person see the mailbox, with these rights from now on; tell them.

    Raises AddressRefused for a mailbox of somebody else's.
    """
    require_permission(actor, Permission.MANAGE_PEOPLE)
    own = lock_person(membership, actor)
    if own is None:
        return
    if mailbox.domain.customer_id != actor.customer_id:
        raise AddressRefused("foreign")
    address = keep_address(mailbox)
    grant, _ = AddressGrant.objects.update_or_create(
        user_id=own.user_id,
        address=address,
        defaults={
            "customer_id": actor.customer_id,
            "can_act": rights.can_act,
            "gets_digest": rights.gets_digest,
            "ends_on": rights.ends_on,
        },
    )
    audit.record(
        actor,
        "grant.give",
        address,
        person=str(grant.user_id),
        can_act=rights.can_act,
        gets_digest=rights.gets_digest,
        ends_on=rights.ends_on.isoformat() if rights.ends_on else "",
    )
    notify(own.user, "grants_changed")


@transaction.atomic(durable=True)
def take(membership: Membership, address_id: UUID, *, actor: Actor) -> None:
    """End a grant at once; nothing happens if there is none (any more)."""
    require_permission(actor, Permission.MANAGE_PEOPLE)
    own = lock_person(membership, actor)
    grants = AddressGrant.objects.visible_to(actor).filter(address_id=address_id)
    found = grants.filter(user_id=own.user_id).first() if own is not None else None
    if own is None or found is None:
        return
    audit.record(actor, "grant.take", found.address, person=str(found.user_id))
    found.delete()
    notify(own.user, "grants_changed")
