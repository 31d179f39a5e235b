"""Keeps sender rules, one a scope and pattern, however many ask at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from accounts import audit
from accounts.tenancy import Actor
from quarantine.access.sender_rules import Scope
from quarantine.errors import RuleExists, TooManyRules
from quarantine.models import SenderRule
from quarantine.sender_patterns import Pattern

# For each person, and for each customer with its domains.
OWN_MAX, HOUSE_MAX = 1000, 10_000
REMOVED_DAYS = 30


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody wants to be kept about a sender."""

    verb: str
    pattern: Pattern
    note: str = ""
    expires_at: datetime | None = None


def insert_rule(scope: Scope, entry: Entry, *, actor: Actor) -> SenderRule:
    """Keep a new rule; raise RuleExists or TooManyRules. Needs a transaction."""
    rule, is_new = _keep(scope, entry, actor=actor)
    if not is_new and not rule.is_over(timezone.now()):
        raise RuleExists(rule.pk)
    if not is_new:
        _change(rule, entry, actor=actor)
    audit.record(actor, "sender.add", rule, **audit_detail(rule))
    return rule


def set_rule(scope: Scope, entry: Entry, *, actor: Actor) -> SenderRule:
    """Keep the rule; what stands against it gives way. Needs a transaction."""
    rule, is_new = _keep(scope, entry, actor=actor)
    if is_new:
        audit.record(actor, "sender.add", rule, **audit_detail(rule))
    elif rule.verb != entry.verb or rule.is_over(timezone.now()):
        _change(rule, entry, actor=actor)
        audit.record(actor, "sender.change", rule, **audit_detail(rule))
    return rule


def _keep(scope: Scope, entry: Entry, *, actor: Actor) -> tuple[SenderRule, bool]:
    """Insert the row unless there is one; return it locked, and whether it is new.

    Whoever inserts the same at the same time waits here for the other's commit.
    """
    rule = SenderRule(
        customer_id=actor.customer_id,
        owner_id=scope.owner_id,
        domain_id=scope.domain_id,
        verb=entry.verb,
        kind=entry.pattern.kind,
        pattern=entry.pattern.text,
        note=entry.note,
        expires_at=entry.expires_at,
        created_by_id=actor.user_id,
    )
    same = _list_of(scope, actor)
    require_room(scope, actor)
    SenderRule.objects.bulk_create([rule], ignore_conflicts=True)
    kept = same.select_for_update().get(pattern=entry.pattern.text)
    return kept, kept.pk == rule.pk


def require_room(scope: Scope, actor: Actor) -> None:
    """Raise TooManyRules if the list holds no further rule."""
    is_own = scope.owner_id is not None
    rules = _list_of(scope, actor) if is_own else _house(actor)
    if rules.count() >= (OWN_MAX if is_own else HOUSE_MAX):
        raise TooManyRules


def _house(actor: Actor) -> QuerySet[SenderRule]:
    rules = SenderRule.objects.filter(customer_id=actor.customer_id, owner=None)
    return rules.filter(removed_at=None)


def _list_of(scope: Scope, actor: Actor) -> QuerySet[SenderRule]:
    rules = SenderRule.objects.filter(customer_id=actor.customer_id, removed_at=None)
    return rules.filter(owner_id=scope.owner_id, domain_id=scope.domain_id)


def _change(rule: SenderRule, entry: Entry, *, actor: Actor) -> None:
    rule.verb, rule.note, rule.expires_at = entry.verb, entry.note, entry.expires_at
    rule.created_at, rule.created_by_id = timezone.now(), actor.user_id
    rule.save(update_fields=["verb", "note", "expires_at", "created_at", "created_by"])


def audit_detail(rule: SenderRule) -> dict[str, object]:
    """Return what the audit log keeps: the sender is what the act is about.

    Not of what people keep for themselves: admins read the log, but not those lists.
    """
    if rule.owner_id:
        return {"verb": rule.verb, "scope": "person"}
    scope = str(rule.domain_id or "all")
    return {"verb": rule.verb, "pattern": rule.pattern, "scope": scope}


def forget_removed(now: datetime) -> None:
    """Delete what was removed so long ago that nobody takes it back."""
    before = now - timedelta(days=REMOVED_DAYS)
    SenderRule.objects.filter(removed_at__lt=before).delete()
