"""Customers: made by the operator, their people invited."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actions.history import put_mail
from accounts.errors import (
    DomainTaken,
)
from accounts.log_in_names import normalize
from accounts.models import (
    Address,
    Customer,
    Domain,
    Membership,
    Policy,
    User,
)
from accounts.tenancy import Role


def send_invitation(user: User) -> None:
    """Mail the link to the first password, once the surrounding transaction commits."""
    put_mail(user, "invitation")


@transaction.atomic(durable=True)
def create_customer(name: str, domain: str, *, admin: str, next_hop: str) -> User:
    """Make a customer with a domain and its admin; raise DomainTaken.

    The operator vouches for the domain; the admin sets a password by link.
    """
    if Domain.objects.filter(name=domain, verified_at__isnull=False).exists():
        raise DomainTaken(domain)
    customer = Customer.objects.create(name=name)
    Policy.objects.create(customer=customer)
    own = Domain.objects.create(
        customer=customer,
        name=domain,
        verified_at=timezone.now(),
        is_vouched=True,
        next_hop_host=next_hop,
    )
    Address.objects.create(customer=customer, domain=own, local_part="")
    email = normalize(admin)
    person = User.objects.filter(email=email).first()
    person = person or User.objects.create_user(email)
    Membership.objects.create(customer=customer, user=person, role=Role.ADMIN)
    audit.record_event("customer.create", customer, customer_id=customer.pk)
    return person
