"""The way to sender rules: whose list somebody reads, and which they may change."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from accounts.errors import NotPermitted
from accounts.models import Domain
from accounts.tenancy import Actor, Permission, require_permission
from quarantine.access.owners import find_owners
from quarantine.models import Hold, SenderRule
from quarantine.sender_patterns import list_patterns


@dataclass(frozen=True, slots=True)
class Scope:
    """For whom a rule is: a person, a domain, or with neither the whole customer."""

    owner_id: UUID | None = None
    domain_id: UUID | None = None

    @property
    def key(self) -> str:
        """A word for it in a form."""
        return "own" if self.owner_id else "domain" if self.domain_id else "all"


def require_scope(actor: Actor, scope: Scope) -> None:
    """Raise NotPermitted unless the actor may change rules for these people."""
    if scope.owner_id is None:
        require_permission(actor, Permission.MANAGE_SENDERS)
        if scope.domain_id and not _domains(actor).filter(pk=scope.domain_id).exists():
            raise NotPermitted(Permission.MANAGE_SENDERS)
        return
    require_permission(actor, Permission.KEEP_OWN_SENDERS)
    if scope.owner_id != actor.user_id or not may_keep_own(actor):
        raise NotPermitted(Permission.KEEP_OWN_SENDERS)


def may_keep_own(actor: Actor) -> bool:
    """Say whether the person may change a list of their own.

    Who may only look at mail decides nothing about it, now or later.
    """
    is_acting = actor.is_admin or bool(actor.actionable)
    return is_acting and actor.can(Permission.KEEP_OWN_SENDERS)


def list_own_rules(actor: Actor) -> QuerySet[SenderRule]:
    """Return the person's own rules, the removed ones too, newest first."""
    require_permission(actor, Permission.KEEP_OWN_SENDERS)
    return _rules(actor).filter(owner_id=actor.user_id)


def list_house_rules(actor: Actor) -> QuerySet[SenderRule]:
    """Return the rules of customer and domains, the removed ones too, newest first.

    What people keep for themselves is theirs: it is not among them.
    """
    require_permission(actor, Permission.MANAGE_SENDERS)
    return _rules(actor).filter(owner=None)


def get_rules(actor: Actor, pks: Collection[UUID]) -> list[SenderRule]:
    """Return all of the rules, by key; Http404 if any is not theirs to see."""
    wanted = set(pks)
    rules = list(_seen(actor).filter(pk__in=wanted).order_by("pk"))
    if len(rules) != len(wanted):
        raise Http404
    return rules


def find_rules(actor: Actor, hold: Hold) -> list[SenderRule]:
    """Return the rules about the sender of a hold that the actor sees."""
    shown = list_patterns(hold.header_from)
    patterns = {*shown, *list_patterns(hold.message.envelope_sender)}
    domains = Q(domain=None) | Q(domain_id=hold.domain_id)
    running = _seen(actor).filter(domains, pattern__in=patterns, removed_at=None)
    return list(running.order_by("pk"))


def list_scope_domains(actor: Actor) -> list[Domain]:
    """Return the domains that a rule can be for."""
    require_permission(actor, Permission.MANAGE_SENDERS)
    return list(_domains(actor).order_by("name"))


def list_scopes(actor: Actor, hold: Hold) -> list[Scope]:
    """Return for whom the actor may keep a rule about the hold's sender.

    A personal one only where it would count for that mailbox.
    """
    scopes = []
    owned = find_owners([hold.address]) if hold.address else {}
    if may_keep_own(actor) and actor.user_id in owned.values():
        scopes.append(Scope(owner_id=actor.user_id))
    if actor.can(Permission.MANAGE_SENDERS):
        scopes += [Scope(domain_id=hold.domain_id), Scope()]
    return scopes


def _domains(actor: Actor) -> QuerySet[Domain]:
    mine = Domain.objects.visible_to(actor).filter(removed_at=None, alias_of=None)
    return cast("QuerySet[Domain]", mine.filter(verified_at__isnull=False))


def _rules(actor: Actor) -> QuerySet[SenderRule]:
    rules = SenderRule.objects.visible_to(actor).select_related("domain", "created_by")
    return cast("QuerySet[SenderRule]", rules.order_by("-pk"))


def _seen(actor: Actor) -> QuerySet[SenderRule]:
    """Return what stands in the lists that the actor reads."""
    own = Q(owner_id=actor.user_id)
    if actor.can(Permission.MANAGE_SENDERS):
        own |= Q(owner=None)
    require_permission(actor, Permission.KEEP_OWN_SENDERS)
    return _rules(actor).filter(own)
