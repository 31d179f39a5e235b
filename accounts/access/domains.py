"""Which domains and policies a person may reach, and who looks after them."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from accounts.models import Domain, Policy
from accounts.tenancy import Actor, Permission, require_permission


def list_domains(actor: Actor) -> QuerySet[Domain]:
    """Return the customer's domains by name; raise NotPermitted for members."""
    require_permission(actor, Permission.MANAGE_DOMAINS)
    mine: QuerySet[Domain] = Domain.objects.visible_to(actor)
    return mine.filter(removed_at=None).order_by("name")


def get_domain(actor: Actor, pk: UUID) -> Domain:
    """Return the domain; raise NotPermitted for members, Http404 out of reach."""
    return get_object_or_404(list_domains(actor).select_related("customer"), pk=pk)


def find_policy(actor: Actor, domain: Domain | None = None) -> Policy | None:
    """Return the policy of the domain itself, or of the customer as a whole."""
    require_permission(actor, Permission.MANAGE_DOMAINS)
    mine: QuerySet[Policy] = Policy.objects.visible_to(actor)
    return mine.filter(domain=domain).first()


def get_policy(actor: Actor, domain: Domain | None = None) -> Policy:
    """Return what holds: the domain's own rules, the customer's, else the defaults."""
    own = find_policy(actor, domain) or find_policy(actor)
    return own or Policy(customer_id=actor.customer_id)
