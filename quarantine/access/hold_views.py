"""Who has looked at a hold, as far as the reader shares its address with them."""

from __future__ import annotations

from accounts.models import AddressGrant
from accounts.tenancy import Actor
from quarantine.models import Hold, HoldView

VIEWS_MAX = 50


def list_views(actor: Actor, hold: Hold) -> list[HoldView]:
    """Return the first looks at the hold, earliest first: members see only sharers'."""
    views = HoldView.objects.visible_to(actor).filter(hold_id=hold.pk)
    if not actor.is_admin and hold.address_id is not None:
        sharing = AddressGrant.objects.filter(
            AddressGrant.running(), address_id=hold.address_id
        )
        views = views.filter(user_id__in=sharing.values("user_id"))
    return list(views.select_related("user").order_by("first_at")[:VIEWS_MAX])
