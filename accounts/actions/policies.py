"""Policies: what is held, who releases it, for how long, what is demanded."""

from __future__ import annotations

from datetime import date, time

from django.db import transaction

from accounts import audit
from accounts.errors import DomainGone
from accounts.models import Customer, Domain, Policy
from accounts.tenancy import Actor, Permission, require_permission


@transaction.atomic(durable=True)
def set_policy(actor: Actor, domain: Domain | None, rules: dict[str, object]) -> Policy:
    """Keep the rules of the domain, or of the customer; raise DomainGone.

    `rules` are columns of Policy. They hold for mail that comes from now on: what is
    held keeps the day on which it expires.
    """
    require_permission(actor, Permission.MANAGE_DOMAINS)
    _require_own(actor, domain)
    # One change at a time, also where there is no row yet to lock.
    Customer.objects.select_for_update().get(pk=actor.customer_id)
    mine = Policy.objects.visible_to(actor).filter(domain=domain)
    policy: Policy = mine.first() or Policy(
        customer_id=actor.customer_id, domain=domain
    )
    before = {name: _plain(getattr(policy, name)) for name in rules}
    after = {name: _plain(value) for name, value in rules.items()}
    changed = [name for name in rules if before[name] != after[name]]
    if not changed and not policy._state.adding:  # noqa: SLF001 - Django's own word
        return policy
    for name, value in rules.items():
        setattr(policy, name, value)
    policy.save()
    audit.record(
        actor,
        "policy.change",
        policy,
        domain=domain.name if domain else "",
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return policy


@transaction.atomic(durable=True)
def drop_policy(actor: Actor, domain: Domain) -> None:
    """Let the customer's rules hold for the domain again."""
    require_permission(actor, Permission.MANAGE_DOMAINS)
    own = Policy.objects.visible_to(actor).filter(domain=domain).first()
    if own is not None:
        audit.record(actor, "policy.drop", own, domain=domain.name)
        own.delete()


def _require_own(actor: Actor, domain: Domain | None) -> None:
    if domain is None:
        return
    mine = Domain.objects.visible_to(actor).filter(pk=domain.pk, removed_at=None)
    if not mine.exists():
        raise DomainGone(domain.pk)


def _plain(value: object) -> object:
    """Return what JSON can hold."""
    if isinstance(value, date | time):
        return value.isoformat()
    return value
