"""Rows for tests: plain functions, explicit defaults."""

from __future__ import annotations

from typing import Any

from accounts.models import (
    Address,
    AddressGrant,
    Customer,
    Domain,
    Membership,
    OutboundScanner,
    Policy,
    User,
)
from accounts.tenancy import Role

PASSWORD = "drei-Tassen-Tee-im-Garten"


def make_customer(name: str = "Acme AG", *, domain: str = "acme.example") -> Customer:
    """Make a customer with a policy and a domain whose next hop is on loopback."""
    customer = Customer.objects.create(name=name)
    Policy.objects.create(customer=customer)
    make_domain(customer, domain)
    return customer


def make_domain(customer: Customer, name: str, **fields: Any) -> Domain:
    """Make a domain of the customer and its catch-all address."""
    defaults: dict[str, Any] = {"next_hop_host": "127.0.0.1", "next_hop_port": 2525}
    domain = Domain.objects.create(customer=customer, name=name, **(defaults | fields))
    Address.objects.create(customer=customer, domain=domain, local_part="")
    return domain


def make_address(domain: Domain, local_part: str, **fields: Any) -> Address:
    """Make a mailbox address of the domain."""
    return Address.objects.create(
        customer=domain.customer, domain=domain, local_part=local_part, **fields
    )


def make_person(
    email: str,
    customer: Customer | None = None,
    *,
    role: str = Role.MEMBER,
    **fields: Any,
) -> User:
    """Make a person, within the customer if there is one."""
    user = User.objects.create_user(email, PASSWORD, **fields)
    if customer is not None:
        Membership.objects.create(user=user, customer=customer, role=role)
    return user


def grant(user: User, address: Address, *, can_act: bool = True) -> AddressGrant:
    """Let the person see the address's holds, and act on them."""
    return AddressGrant.objects.create(
        customer=address.customer, user=user, address=address, can_act=can_act
    )


def make_scanner(host: str = "out.cleanmail.example", **fields: Any) -> OutboundScanner:
    """Make an outbound scanner."""
    return OutboundScanner.objects.create(host=host, **fields)
