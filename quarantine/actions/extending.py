"""What an admin asks for when the rules keep mail longer than they did."""

from __future__ import annotations

from django.db import transaction

from accounts import audit
from accounts.models import Customer, Domain
from accounts.tenancy import Actor, Permission, require_permission
from quarantine.models import Extension


@transaction.atomic(durable=True)
def extend_held(actor: Actor, domain: Domain | None) -> bool:
    """Let the days of the rules hold for what is held already, soon; never shorten.

    Returns False if that is under way already.
    """
    require_permission(actor, Permission.MANAGE_DOMAINS)
    # One wish at a time: the customer's row serialises them.
    Customer.objects.select_for_update().get(pk=actor.customer_id)
    mine = Extension.objects.visible_to(actor).filter(domain=domain, finished_at=None)
    if mine.exists():
        return False
    wish = Extension.objects.create(
        customer_id=actor.customer_id, domain=domain, made_by_id=actor.user_id
    )
    name = domain.name if domain else ""
    audit.record(actor, "policy.extend_held", wish, domain=name)
    return True
