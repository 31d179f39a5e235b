"""The demo's customers, domains, people and scanner."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from accounts.models import (
    Address,
    AddressGrant,
    Customer,
    Domain,
    Membership,
    OutboundAccount,
    OutboundScanner,
    Policy,
    User,
)
from accounts.tenancy import Role, StaffRole

SUPPORT = "support@cleanmail.example"


def _customer(name: str, domain_name: str) -> Domain:
    existing: Domain | None = Domain.objects.filter(name=domain_name).first()
    if existing is not None:
        return existing
    customer = Customer.objects.create(name=name)
    Policy.objects.create(customer=customer)
    domain: Domain = Domain.objects.create(
        customer=customer,
        name=domain_name,
        verified_at=timezone.now(),
        is_vouched=True,
        next_hop_host="127.0.0.1",
        next_hop_port=settings.DEMO_NEXT_HOP_PORT,
    )
    Address.objects.create(customer=customer, domain=domain, local_part="")
    return domain


def _person(email: str, name: str, staff_role: str = "") -> User:
    user = User.objects.filter(email=email).first() or User(email=email)
    user.full_name, user.staff_role = name, staff_role
    user.set_password(settings.DEMO_PASSWORD)
    user.save()
    return user


def _member(user: User, domain: Domain, role: str, *local_parts: str) -> None:
    Membership.objects.get_or_create(
        user=user, customer=domain.customer, defaults={"role": role}
    )
    for local_part in local_parts:
        address, _ = Address.objects.get_or_create(
            domain=domain, local_part=local_part, defaults={"customer": domain.customer}
        )
        AddressGrant.objects.get_or_create(
            user=user, address=address, defaults={"customer": domain.customer}
        )


def make_people() -> None:
    """Make what is missing; set the demo password of everybody."""
    muster = _customer("Muster AG", "muster.example")
    fremd = _customer("Fremd GmbH", "fremd.example")
    anna = _person("anna@muster.example", "Anna Muster")
    _member(anna, muster, Role.MEMBER, "anna", "info")
    admin = _person("admin@muster.example", "Andrea Admin")
    _member(admin, muster, Role.ADMIN)
    eva = _person("eva@fremd.example", "Eva Fremd")
    _member(eva, fremd, Role.ADMIN)
    _person(SUPPORT, "Sandro Support", StaffRole.SUPPORT)
    OutboundScanner.objects.update_or_create(
        host=settings.DEMO_SCANNER_HOST,
        defaults={
            "ports": settings.DEMO_SCANNER_PORTS,
            "addresses": ["127.0.0.1"],
            "ca_file": str(settings.DEMO_DIR / "ca.pem"),
            "is_default": True,
        },
    )
    account = OutboundAccount.objects.filter(
        username=settings.DEMO_SCANNER_USERNAME
    ).first() or OutboundAccount(
        customer=muster.customer,
        username=settings.DEMO_SCANNER_USERNAME,
        name="Demo",
    )
    account.set_password(settings.DEMO_PASSWORD)
    account.save()
