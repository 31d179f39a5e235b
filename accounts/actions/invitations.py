"""Invitations: made, sent again, withdrawn, accepted by the person alone."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actions.history import put_mail
from accounts.claims import find_claimable
from accounts.errors import InvitationVoid
from accounts.invitations import Invitee, keep, open_row, renew, spend
from accounts.mailboxes import keep_address
from accounts.models import (
    Address,
    AddressGrant,
    AddressProposal,
    Invitation,
    Membership,
    User,
)
from accounts.tenancy import Actor, Permission, require_permission


def invite(invitee: Invitee, *, actor: Actor) -> Invitation:
    """Mail a link to join; raise AlreadyMember or RateLimited.

    Whether the address has an account elsewhere changes nothing and is not said. An
    invitation that is still open gets the new role and addresses and is sent again.
    """
    require_permission(actor, Permission.MANAGE_PEOPLE)
    spend(actor.customer_id, invitee.email)
    return _invite(invitee, actor)


@transaction.atomic(durable=True)
def _invite(invitee: Invitee, actor: Actor) -> Invitation:
    invitation = keep(actor.customer_id, invitee, inviter_id=actor.user_id)
    put_mail(None, "joining", invitation_id=str(invitation.pk))
    return invitation


def send_again(invitation: Invitation, *, actor: Actor) -> None:
    """Mail a new link; the old one is void from now on; raise RateLimited."""
    require_permission(actor, Permission.MANAGE_PEOPLE)
    spend(actor.customer_id, invitation.email)
    _send_again(invitation, actor)


@transaction.atomic(durable=True)
def _send_again(invitation: Invitation, actor: Actor) -> None:
    if renew(invitation, invited_by_id=actor.user_id):
        audit.record(actor, "invitation.send", invitation, role=invitation.role)
        put_mail(None, "joining", invitation_id=str(invitation.pk))


@transaction.atomic(durable=True)
def withdraw(invitation: Invitation, *, actor: Actor) -> None:
    """Void the link; nothing happens to whoever has accepted already."""
    require_permission(actor, Permission.MANAGE_PEOPLE)
    if open_row(invitation).update(withdrawn_at=timezone.now()):
        audit.record(actor, "invitation.withdraw", invitation)


@transaction.atomic(durable=True)
def accept_as_new(invitation: Invitation, password: str, *, full_name: str) -> User:
    """Make the account with the person's own password; raise InvitationVoid.

    A person whose account never had a password is given theirs here as well.
    """
    _claim(invitation)
    user = User.objects.select_for_update().filter(email=invitation.email).first()
    if user is not None and (user.has_usable_password() or not user.is_active):
        raise InvitationVoid(invitation.pk)
    if user is None:
        user = User(email=invitation.email, language=invitation.language)
    user.full_name = full_name or user.full_name
    user.set_password(password)
    user.save()
    _join(invitation, user)
    return user


@transaction.atomic(durable=True)
def accept(invitation: Invitation, user: User) -> None:
    """Let the person who was invited join; raise InvitationVoid for anybody else."""
    if user.email != invitation.email:
        raise InvitationVoid(invitation.pk)
    User.objects.select_for_update().get(pk=user.pk)  # against a reset just now
    _claim(invitation)
    _join(invitation, user)


def _claim(invitation: Invitation) -> None:
    """Use the link up; of two clicks at the same moment one wins."""
    now = timezone.now()
    fitting = open_row(invitation).filter(expires_at__gt=now, sends=invitation.sends)
    if fitting.update(accepted_at=now) != 1:
        raise InvitationVoid(invitation.pk)


def _join(invitation: Invitation, user: User) -> None:
    Membership.objects.get_or_create(
        customer_id=invitation.customer_id,
        user=user,
        defaults={"role": invitation.role},
    )
    for address in _addresses_of(invitation):
        AddressGrant.objects.get_or_create(
            user=user, address=address, defaults={"customer_id": address.customer_id}
        )
    audit.record_event(
        "invitation.accept",
        invitation,
        user_id=user.pk,
        customer_id=invitation.customer_id,
        detail={"role": invitation.role},
    )


def _addresses_of(invitation: Invitation) -> list[Address]:
    """Return whose mail the person sees; a claimed mailbox is entered only now."""
    if invitation.invited_by_id is not None:
        mine = invitation.addresses.filter(customer_id=invitation.customer_id)
        return list(mine)
    mailbox = find_claimable(invitation.email)
    if mailbox is None or mailbox.domain.customer_id != invitation.customer_id:
        raise InvitationVoid(invitation.pk)
    AddressProposal.objects.filter(
        domain=mailbox.domain, local_part=mailbox.local_part
    ).update(state=AddressProposal.State.ACCEPTED)
    return [keep_address(mailbox)]
