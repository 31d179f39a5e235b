"""Tokens of the map of sender rules: drawn, shown once, revoked."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Customer
from accounts.tenancy import Actor, Permission, require_permission
from quarantine.errors import TooManyTokens
from quarantine.models import CustomerMapToken, SiteMapToken
from quarantine.sender_map import draw_token

# One in use, one that takes over, and some to err.
LIVE_MAX = 5


@transaction.atomic(durable=True)
def create_map_token(*, actor: Actor) -> str:
    """Return a new token of the customer's, never to be seen again.

    Those there are go on, so that a filter changes over without a gap. Raises
    TooManyTokens.
    """
    require_permission(actor, Permission.MANAGE_SENDERS)
    # One at a time for each customer, or two tabs together pass the limit.
    Customer.objects.select_for_update().get(pk=actor.customer_id)
    live = CustomerMapToken.objects.filter(
        customer_id=actor.customer_id, revoked_at=None
    )
    if live.count() >= LIVE_MAX:
        raise TooManyTokens
    token, token_hash = draw_token()
    row = CustomerMapToken.objects.create(
        customer_id=actor.customer_id,
        token_hash=token_hash,
        created_by_id=actor.user_id,
    )
    audit.record(actor, "sender.token", row)
    return token


@transaction.atomic(durable=True)
def revoke_map_token(row: CustomerMapToken, *, actor: Actor) -> None:
    """Let the token open nothing any more; nothing happens if it did not."""
    require_permission(actor, Permission.MANAGE_SENDERS)
    mine = CustomerMapToken.objects.visible_to(actor).filter(pk=row.pk, revoked_at=None)
    if mine.update(revoked_at=timezone.now()):
        audit.record(actor, "sender.revoke", row)


@transaction.atomic(durable=True)
def create_site_token() -> tuple[UUID, str]:
    """Return id and text of a new token for the operator's filter."""
    token, token_hash = draw_token()
    row = SiteMapToken.objects.create(token_hash=token_hash)
    audit.record_event("sender.token", row)
    return row.pk, token


@transaction.atomic(durable=True)
def revoke_site_tokens(*, but: UUID | None = None) -> int:
    """Let the operator's tokens open nothing any more, except one; return how many."""
    live = SiteMapToken.objects.filter(revoked_at=None)
    locked = live.select_for_update().order_by("pk")
    rows = [row for row in locked if row.pk != but]
    for row in rows:
        audit.record_event("sender.revoke", row)
    live.filter(pk__in=[row.pk for row in rows]).update(revoked_at=timezone.now())
    return len(rows)
