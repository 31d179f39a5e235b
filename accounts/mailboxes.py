"""From a typed mailbox address to a row of a customer's, and nobody else's."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.domain_names import to_a_label
from accounts.errors import AddressRefused, DomainNameRefused
from accounts.models import Address, Domain

LOCAL_PART_MAX = 64


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox of a customer's domain; it need not have a row yet."""

    domain: Domain
    local_part: str


@dataclass(frozen=True, slots=True)
class Domains:
    """A customer's domains by name, read once for many addresses."""

    by_name: dict[str, Domain]

    @classmethod
    def of(cls, customer_id: UUID) -> Domains:
        """Read them."""
        own = Domain.objects.filter(customer_id=customer_id, removed_at=None)
        found = own.select_related("alias_of")
        return cls({domain.name: domain for domain in found})

    def read(self, text: str) -> Mailbox:
        """Return the mailbox of an address; raise AddressRefused.

        An address of an alias domain is that of the domain behind it.
        """
        local_part, domain = self._split(text)
        return Mailbox(domain.alias_of or domain, local_part)

    def read_any(self, text: str) -> Mailbox:
        """Return the mailbox of an address, or the catch-all where a star stands."""
        local_part, _, name = text.strip().rpartition("@")
        if local_part != "*":
            return self.read(text)
        return Mailbox(self.read(f"x@{name}").domain, "")

    def is_trusted(self, email: str) -> bool:
        """Say whether the address lies in a domain that is proved to be theirs."""
        try:
            return self._split(email)[1].is_trusted
        except AddressRefused:
            return False

    def _split(self, text: str) -> tuple[str, Domain]:
        local_part, _, name = text.strip().lower().rpartition("@")
        try:
            name = to_a_label(name)
            validate_email(f"{local_part}@{name}")
        except (DomainNameRefused, ValidationError) as error:
            raise AddressRefused("form") from error
        # A star is how the catch-all is written: nobody shall take one for the other.
        if len(local_part) > LOCAL_PART_MAX or "*" in local_part:
            raise AddressRefused("form")
        domain = self.by_name.get(name)
        if domain is None:
            raise AddressRefused("foreign")
        return local_part, domain


def keep_address(mailbox: Mailbox) -> Address:
    """Return the row of the mailbox, made if it is missing; of an alias its target."""
    address, _ = Address.objects.get_or_create(
        domain=mailbox.domain,
        local_part=mailbox.local_part,
        defaults={"customer_id": mailbox.domain.customer_id},
    )
    return address.alias_of or address
