"""The way to what a person has chosen about digests: their own choice alone."""

from __future__ import annotations

from accounts.tenancy import Actor
from quarantine.models import DigestSubscription


def get_choice(actor: Actor) -> DigestSubscription:
    """Return what the actor has chosen; unsaved where they have chosen nothing."""
    mine = DigestSubscription.objects.visible_to(actor).filter(user_id=actor.user_id)
    own: DigestSubscription | None = mine.first()
    return own or DigestSubscription(
        customer_id=actor.customer_id, user_id=actor.user_id
    )
