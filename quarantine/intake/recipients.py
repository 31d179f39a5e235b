"""From an envelope recipient to the customer, the mailbox address and the policy."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from accounts.domain_names import to_a_label
from accounts.errors import DomainNameRefused
from accounts.models import Address, Domain, Policy
from quarantine.access.owners import find_owners

ALIASES_MAX = 5
REMEMBERED_SECONDS = 2.0
REMEMBERED_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a recipient belongs."""

    domain: Domain
    address: Address | None
    policy: Policy
    # Whose personal rules count for it.
    owner_id: UUID | None = None


def split_address(recipient: str) -> tuple[str, str]:
    """Return local part (lower case, unquoted) and domain (A-label, lower case)."""
    local_part, _, name = recipient.rpartition("@")
    if local_part[:1] == local_part[-1:] == '"':
        local_part = local_part[1:-1].replace("\\", "")
    name = name.rstrip(".").lower()
    if not name.isascii():
        try:
            name = to_a_label(name)
        except DomainNameRefused:
            name = ""
    return local_part.lower(), name


class Directory:
    """Finds recipients' places; what was found is believed for a moment.

    Under load the same few hundred recipients come again and again: without this memory
    every batch would ask the database three questions first. Unknown ones are not
    remembered, so a domain just entered is found at once.
    """

    def __init__(self) -> None:
        self._places: dict[str, tuple[float, Place]] = {}

    def find_all(self, recipients: Iterable[str]) -> dict[str, Place]:
        """Return the place of each recipient that has one."""
        wanted = set(recipients)
        now = time.monotonic()
        found = {
            recipient: self._places[recipient][1]
            for recipient in wanted & self._places.keys()
            if now - self._places[recipient][0] < REMEMBERED_SECONDS
        }
        if missing := wanted - found.keys():
            if len(self._places) > REMEMBERED_MAX:
                self._places.clear()
            looked_up = _Extract(missing).find_all(missing)
            self._places |= {key: (now, place) for key, place in looked_up.items()}
            found |= looked_up
        return found


class _Extract:
    """The domains, addresses, policies, owners of some recipients, in five reads."""

    def __init__(self, recipients: Iterable[str]) -> None:
        split = {split_address(recipient) for recipient in recipients}
        domains = Domain.objects.select_related("alias_of").filter(
            name__in={name for _, name in split},
            verified_at__isnull=False,
            customer__is_active=True,
        )
        self._domains = {domain.name: domain for domain in domains}
        local_parts = {part for local, _ in split for part in _spellings(local)}
        self._addresses = {
            (address.domain_id, address.local_part): address
            for address in Address.objects.select_related(
                "domain", "alias_of__domain"
            ).filter(domain_id__in=self._domain_ids(), local_part__in=local_parts)
        }
        customers = {domain.customer_id for domain in self._domains.values()}
        self._policies: dict[tuple[UUID, UUID | None], Policy] = {
            (policy.customer_id, policy.domain_id): policy
            for policy in Policy.objects.filter(customer_id__in=customers)
        }

    def find_all(self, recipients: Iterable[str]) -> dict[str, Place]:
        """Return the place of each recipient that has one."""
        found = {recipient: self.find(recipient) for recipient in recipients}
        places = {key: place for key, place in found.items() if place}
        own = (place.address for place in places.values() if place.address)
        owners = find_owners(own)
        return {
            key: replace(place, owner_id=owners.get(place.address.pk))
            if place.address
            else place
            for key, place in places.items()
        }

    def find(self, recipient: str) -> Place | None:
        """Return the recipient's place; None if it is nobody's we know."""
        local_part, name = split_address(recipient)
        domain = self._domains.get(name)
        if domain is None:
            return None
        address = self._find_address(domain, local_part)
        is_mailbox = address is not None and address.local_part != ""
        if not is_mailbox and not domain.accepts_any:
            return None
        return Place(domain, address, self._policy(domain))

    def _domain_ids(self) -> set[UUID]:
        found = self._domains.values()
        aliased = {domain.alias_of_id for domain in found if domain.alias_of_id}
        return {domain.pk for domain in found} | aliased

    def _find_address(self, domain: Domain, local_part: str) -> Address | None:
        """Look for the mailbox, then for it without its tag, then for the catch-all."""
        for spelling in _spellings(local_part):
            for domain_id in (domain.pk, domain.alias_of_id):
                address = self._addresses.get((domain_id, spelling))
                if address and address.customer_id == domain.customer_id:
                    return _follow(address)
        return None

    def _policy(self, domain: Domain) -> Policy:
        """Return the domain's policy, else its customer's, else the defaults."""
        own = self._policies.get((domain.customer_id, domain.pk))
        shared = self._policies.get((domain.customer_id, None))
        return own or shared or Policy(customer_id=domain.customer_id)


def _spellings(local_part: str) -> tuple[str, ...]:
    untagged = local_part.partition("+")[0]
    return tuple(dict.fromkeys([local_part, untagged or local_part, ""]))


def _follow(address: Address) -> Address:
    """Return the mailbox behind an alias, within one customer."""
    for _ in range(ALIASES_MAX):
        target = address.alias_of
        if target is None or target.customer_id != address.customer_id:
            break
        address = target
    return address
