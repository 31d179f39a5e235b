"""People of a customer: another role, factors reset, the end of a membership."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from accounts import audit, throttles
from accounts.access.people import find_reset_refusal
from accounts.actions.factors import take_all
from accounts.actions.history import notify
from accounts.errors import LastAdmin, ResetRefused
from accounts.models import AddressGrant, Customer, Membership, User
from accounts.tenancy import Actor, Permission, Role, require_permission

DAY = 86400
RESETS_PER_DAY = 50


@transaction.atomic(durable=True)
def change_role(membership: Membership, role: str, *, actor: Actor) -> None:
    """Give a person another role; raise LastAdmin rather than leave nobody in charge.

    Demotions of one customer wait for each other: its row is locked.
    """
    require_permission(actor, Permission.MANAGE_PEOPLE)
    own = lock_person(membership, actor)
    if own is None or own.role == role:
        return
    if own.role == Role.ADMIN:
        _require_other_admin(own)
    Membership.objects.filter(pk=own.pk).update(role=role)
    audit.record(actor, "membership.role", own.user, role=role, was=own.role)
    notify(own.user, "role_changed")


@transaction.atomic(durable=True)
def end_membership(
    membership: Membership, *, heir: Membership | None, actor: Actor
) -> None:
    """Take a person out of the customer; raise LastAdmin.

    Their grants pass to `heir`, or end. The person, what they decided and what they
    are for other customers stay as they are.
    """
    require_permission(actor, Permission.MANAGE_PEOPLE)
    own = lock_person(membership, actor)
    if own is None:
        return
    if own.role == Role.ADMIN:
        _require_other_admin(own)
    grants = AddressGrant.objects.visible_to(actor).filter(user_id=own.user_id)
    handed = _hand_over(list(grants), heir) if heir is not None else 0
    grants.delete()
    own.delete()
    audit.record(
        actor,
        "membership.end",
        own.user,
        heir=str(heir.user_id) if heir else "",
        handed_over=handed,
    )
    notify(own.user, "membership_ended")


def reset_factor(membership: Membership, *, reason: str, actor: Actor) -> int:
    """Take a person's second factors away; raise ResetRefused or RateLimited.

    They enrol anew by themselves. Whom a reset would weaken elsewhere too, only the
    operator can help: see `find_reset_refusal`.
    """
    require_permission(actor, Permission.MANAGE_PEOPLE)
    subject = str(actor.customer_id)
    throttles.spend("factor.reset", subject, limit=RESETS_PER_DAY, seconds=DAY)
    return _reset_factor(membership, reason, actor)


@transaction.atomic(durable=True)
def _reset_factor(membership: Membership, reason: str, actor: Actor) -> int:
    own = lock_person(membership, actor)
    if own is None:
        raise ResetRefused("gone")
    user = User.objects.select_for_update().get(pk=own.user_id)
    refusal = find_reset_refusal(actor, user)
    if refusal:
        raise ResetRefused(refusal)
    count = take_all(user)
    audit.record(actor, "factor.reset", user, reason=reason, factors=count)
    notify(user, "factor_reset_by_admin")
    return count


def lock_person(membership: Membership, actor: Actor) -> Membership | None:
    """Lock the customer, then return the membership as it stands, None if gone.

    Whoever was an admin when the page came up must still be one now.
    """
    Customer.objects.select_for_update().get(pk=actor.customer_id)
    people = Membership.objects.select_related("user").visible_to(actor)
    mine = people.filter(user_id=actor.user_id).first()
    if mine is None or mine.role != actor.role:
        require_permission(_powerless(actor), Permission.MANAGE_PEOPLE)
    found: Membership | None = people.filter(pk=membership.pk).first()
    return found


def _powerless(actor: Actor) -> Actor:
    return Actor(user_id=actor.user_id, customer_id=actor.customer_id, role="")


def _require_other_admin(own: Membership) -> None:
    admins = Membership.objects.filter(
        customer_id=own.customer_id, role=Role.ADMIN, user__is_active=True
    )
    if not admins.exclude(pk=own.pk).exists():
        raise LastAdmin(own.user_id)


def _hand_over(grants: list[AddressGrant], heir: Membership) -> int:
    """Give the heir what each grant gave; what the heir has already only grows."""
    running = [grant for grant in grants if not grant.is_over]
    for grant in running:
        kept, is_new = AddressGrant.objects.get_or_create(
            user_id=heir.user_id,
            address_id=grant.address_id,
            defaults={
                "customer_id": grant.customer_id,
                "can_act": grant.can_act,
                "gets_digest": grant.gets_digest,
                "ends_on": grant.ends_on,
            },
        )
        if not is_new:
            kept.can_act = kept.can_act or grant.can_act
            kept.gets_digest = kept.gets_digest or grant.gets_digest
            kept.ends_on = _later(kept.ends_on, grant.ends_on)
            kept.save(update_fields=["can_act", "gets_digest", "ends_on"])
    return len(running)


def _later(one: date | None, other: date | None) -> date | None:
    return max(one, other) if one and other else None
