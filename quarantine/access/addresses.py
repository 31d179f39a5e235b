"""Whose mail a person may look for: their own, shared addresses, those of others."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from accounts.models import Address, User
from accounts.tenancy import Actor


@dataclass(frozen=True, slots=True)
class Reach:
    """The addresses whose holds somebody sees, told apart by whose they are.

    `others` are the log-in addresses of other people, `shared` nobody's.
    """

    own: tuple[Address, ...] = ()
    shared: tuple[Address, ...] = ()
    others: tuple[Address, ...] = ()
    aliases: tuple[Address, ...] = ()

    def __len__(self) -> int:
        return sum(map(len, (self.own, self.shared, self.others, self.aliases)))


def find_reach(actor: Actor, *, at_most: int) -> Reach | None:
    """Return the addresses; None if there are more than anybody scrolls through."""
    found = Address.objects.filter(customer_id=actor.customer_id)
    if not actor.is_admin:
        mine = Q(pk__in=actor.viewable) | Q(alias_of_id__in=actor.viewable)
        found = found.filter(mine)
    ordered = found.select_related("domain").order_by("local_part", "domain__name")
    addresses = list(ordered[: at_most + 1])
    if len(addresses) > at_most:
        return None
    if len(addresses) < 2:
        return Reach(shared=tuple(addresses))
    return _tell_apart(actor, addresses)


def _tell_apart(actor: Actor, addresses: list[Address]) -> Reach:
    named = [str(address) for address in addresses]
    people = User.objects.filter(
        email__in=named, memberships__customer_id=actor.customer_id
    )
    owners = dict(people.values_list("email", "pk"))
    own: list[Address] = []
    shared: list[Address] = []
    others: list[Address] = []
    aliases: list[Address] = []
    for address in addresses:
        owner = owners.get(str(address))
        if address.alias_of_id is not None:
            aliases.append(address)
        elif owner is None:
            shared.append(address)
        else:
            (own if owner == actor.user_id else others).append(address)
    return Reach(tuple(own), tuple(shared), tuple(others), tuple(aliases))
