"""What intake saw of addresses nobody has entered: proposed, and their mail moved.

Runs beside the intake, never in it. Mail for an unknown address is the catch-all's,
which only admins see; once the address is entered, what is still held for it moves.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.actions.proposals import propose_alias
from accounts.models import Address
from quarantine.intake.recipients import split_address
from quarantine.models import Hold
from quarantine.states import State

LOOK_BACK = timedelta(minutes=20)
PROPOSED_PER_RUN = 500
SETTLED_PER_RUN = 200
OPEN = (State.HELD, State.REQUESTED)


def propose_addresses() -> int:
    """Propose what came to catch-alls lately; return how many are open for a yes."""
    seen = (
        Hold.objects.filter(
            address__local_part="",
            address__alias_of=None,
            received_at__gt=timezone.now() - LOOK_BACK,
            state__in=OPEN,
        )
        .values_list("customer_id", "domain_id", "envelope_recipient")
        .distinct()[:PROPOSED_PER_RUN]
    )
    wanted = {
        (customer_id, domain_id, _untag(split_address(recipient)[0]))
        for customer_id, domain_id, recipient in seen
    }
    return sum(propose_alias(*one) for one in sorted(wanted, key=str))


def settle_addresses() -> int:
    """Give new addresses what is held for them at the catch-all; return how many."""
    fresh = Address.objects.filter(settled_at=None).select_related("domain", "alias_of")
    addresses = list(fresh.order_by("pk")[:SETTLED_PER_RUN])
    for address in addresses:
        _settle(address)
    return len(addresses)


@transaction.atomic(durable=True)
def _settle(address: Address) -> None:
    if address.local_part:
        target = address.alias_of or address
        Hold.objects.filter(
            customer_id=address.customer_id,
            address__domain_id=address.domain_id,
            address__local_part="",
            envelope_recipient__iexact=str(address),
            state__in=OPEN,
        ).update(address_id=target.pk)
    Address.objects.filter(pk=address.pk).update(settled_at=timezone.now())


def _untag(local_part: str) -> str:
    return local_part.partition("+")[0] or local_part
