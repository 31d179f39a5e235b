"""Whose own an address is, so that a personal rule acts on its mail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from accounts.models import Address, AddressGrant, Membership
from accounts.tenancy import Role


def find_owners(addresses: Iterable[Address]) -> dict[UUID, UUID]:
    """Return the person that each address is the own of, by ids, in two reads.

    It is theirs who log in with it; else of the only one who may act on its mail. What
    several share is nobody's: one must not decide for the others by a list of theirs.
    """
    named = {address.pk: address for address in addresses if address.local_part}
    acting: dict[UUID, dict[str, UUID]] = defaultdict(dict)
    for address_id, email, user_id in AddressGrant.objects.filter(
        AddressGrant.running(), address_id__in=named, can_act=True
    ).values_list("address_id", "user__email", "user_id"):
        acting[address_id][email] = user_id
    emails = {str(address).lower(): address for address in named.values()}
    admins = Membership.objects.filter(role=Role.ADMIN, user__email__in=emails)
    for email, customer_id, user_id in admins.values_list(
        "user__email", "customer_id", "user_id"
    ):
        if emails[email].customer_id == customer_id:
            acting[emails[email].pk][email] = user_id
    owners = {}
    for address_id, people in acting.items():
        own = people.get(str(named[address_id]).lower())
        if own or len(people) == 1:
            owners[address_id] = own or next(iter(people.values()))
    return owners
