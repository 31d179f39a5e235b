"""Credentials for the outbound scanner: created, renewed, ended by an admin."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts import audit, throttles
from accounts.actions.history import mail_admins
from accounts.errors import OutboundAccountEnded, TooManyOutboundAccounts
from accounts.models import Customer, OutboundAccount
from accounts.outbound import (
    LIVE_LIMIT,
    MADE_LIMIT,
    Credentials,
    draw_password,
    draw_username,
)
from accounts.tenancy import Actor, Permission, require_permission


def create_outbound_account(name: str, *, actor: Actor) -> Credentials:
    """Make an account beside those there are.

    Raise TooManyOutboundAccounts, RateLimited.
    """
    _spend(actor)
    return _create(name, actor)


def renew_outbound_account(account: OutboundAccount, *, actor: Actor) -> Credentials:
    """Make a successor of the same name; the old one lets in until it is ended.

    Raise OutboundAccountEnded, TooManyOutboundAccounts, RateLimited.
    """
    _spend(actor)
    return _create_after(account, actor)


@transaction.atomic(durable=True)
def end_outbound_account(account: OutboundAccount, *, actor: Actor) -> None:
    """Let nobody in by it any more; raise OutboundAccountEnded if it was over before.

    The hash goes too: nothing will ever be compared with it again.
    """
    require_permission(actor, Permission.MANAGE_OUTBOUND)
    mine = OutboundAccount.objects.visible_to(actor).filter(pk=account.pk)
    ended = mine.filter(ended_at=None).update(ended_at=timezone.now(), password_hash="")
    if not ended:
        raise OutboundAccountEnded(account.pk)
    audit.record(actor, "outbound.end", account)
    mail_admins(actor.customer_id, "outbound_ended")


def _spend(actor: Actor) -> None:
    """Count one more, each a mail to every admin; before any transaction."""
    require_permission(actor, Permission.MANAGE_OUTBOUND)
    subject = str(actor.customer_id)
    throttles.spend("outbound.create", subject, limit=MADE_LIMIT, seconds=3600)


@transaction.atomic(durable=True)
def _create(name: str, actor: Actor) -> Credentials:
    return _make(name, actor, "outbound.create")


@transaction.atomic(durable=True)
def _create_after(account: OutboundAccount, actor: Actor) -> Credentials:
    mine = OutboundAccount.objects.visible_to(actor).filter(ended_at=None)
    if not mine.filter(pk=account.pk).exists():
        raise OutboundAccountEnded(account.pk)
    return _make(account.name, actor, "outbound.renew")


def _make(name: str, actor: Actor, action: str) -> Credentials:
    # One at a time for each customer, or two tabs together pass the limit.
    Customer.objects.select_for_update().get(pk=actor.customer_id)
    live = OutboundAccount.objects.filter(customer=actor.customer_id, ended_at=None)
    if live.count() >= LIVE_LIMIT:
        raise TooManyOutboundAccounts(LIVE_LIMIT)
    account = OutboundAccount(
        customer_id=actor.customer_id,
        name=name,
        username=draw_username(),
        created_by_id=actor.user_id,
    )
    password = draw_password()
    account.set_password(password)
    account.save()
    audit.record(actor, action, account)
    mail_admins(actor.customer_id, "outbound_created")
    return Credentials(account, password)
