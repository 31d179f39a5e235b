"""The way to a customer's tokens for the map of senders."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from accounts.tenancy import Actor, Permission, require_permission
from quarantine.models import CustomerMapToken


def list_tokens(actor: Actor) -> QuerySet[CustomerMapToken]:
    """Return the tokens that open something, the newest first."""
    require_permission(actor, Permission.MANAGE_SENDERS)
    mine = CustomerMapToken.objects.visible_to(actor).filter(revoked_at=None)
    ordered = mine.select_related("created_by").order_by("-pk")
    return cast("QuerySet[CustomerMapToken]", ordered)


def get_token(actor: Actor, pk: UUID) -> CustomerMapToken:
    """Return one of them; NotPermitted for members, Http404 out of reach."""
    return get_object_or_404(list_tokens(actor), pk=pk)
