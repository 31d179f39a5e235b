"""Sender rules: kept, changed, removed, taken back; kept while deciding on a hold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.enqueue import enqueue
from accounts.errors import NotPermitted
from accounts.tenancy import Actor, Permission, require_permission
from quarantine import moves, tasks
from quarantine.access.rights import Rights, get_rulebook
from quarantine.access.sender_rules import (
    Scope,
    find_rules,
    list_scopes,
    require_scope,
)
from quarantine.errors import NotHeld, ReservedForAdmin
from quarantine.models import Hold, SenderRule
from quarantine.sender_list import (
    Entry,
    audit_detail,
    insert_rule,
    require_room,
    set_rule,
)
from quarantine.sender_patterns import Pattern
from quarantine.states import OPEN

BLOCK, ALLOW = SenderRule.Verb.BLOCK, SenderRule.Verb.ALLOW


@transaction.atomic(durable=True)
def create_rule(scope: Scope, entry: Entry, *, actor: Actor) -> SenderRule:
    """Keep a new rule; raise RuleExists or TooManyRules."""
    require_scope(actor, scope)
    return insert_rule(scope, entry, actor=actor)


@transaction.atomic(durable=True)
def change_rule(
    rule: SenderRule, *, note: str, expires_at: datetime | None, actor: Actor
) -> None:
    """Write another note or last day; nothing happens if it was removed meanwhile."""
    require_scope(actor, scope_of(rule))
    mine = SenderRule.objects.visible_to(actor).filter(pk=rule.pk, removed_at=None)
    if mine.update(note=note, expires_at=expires_at):
        audit.record(actor, "sender.change", rule, **audit_detail(rule))


@transaction.atomic(durable=True)
def remove_rules(rules: Iterable[SenderRule], *, actor: Actor) -> int:
    """Take rules out of the list; return how many nobody had removed before."""
    return sum([_remove(rule, actor) for rule in _require_all(rules, actor)])


@transaction.atomic(durable=True)
def restore_rules(rules: Iterable[SenderRule], *, actor: Actor) -> int:
    """Take removed rules back; return how many, one made anew meanwhile stays.

    Raises TooManyRules if the list cannot hold all of them: none is taken back then.
    """
    return sum([_restore(rule, actor) for rule in _require_all(rules, actor)])


@transaction.atomic(durable=True)
def release_and_allow(
    hold: Hold, pattern: Pattern, scope: Scope, *, actor: Actor
) -> None:
    """Release the hold and let its sender's mail go on from now; raise NotHeld."""
    _require_release(hold, actor)
    _require_offered(hold, scope, actor)
    rule = set_rule(scope, Entry(ALLOW, pattern), actor=actor)
    if not moves.release(hold, actor=actor, before=OPEN, rule=str(rule.pk)):
        raise NotHeld(hold.pk)
    enqueue(tasks.reinject, hold.customer_id, hold.pk)


@transaction.atomic(durable=True)
def discard_and_block(
    hold: Hold, pattern: Pattern, scope: Scope, *, actor: Actor
) -> None:
    """Discard the hold and keep its sender's mail held from now; raise NotHeld."""
    _require_act(hold, Permission.DISCARD, actor)
    _require_offered(hold, scope, actor)
    rule = set_rule(scope, Entry(BLOCK, pattern), actor=actor)
    if not moves.discard(hold, actor=actor, rule=str(rule.pk)):
        raise NotHeld(hold.pk)


@transaction.atomic(durable=True)
def undo_block(hold: Hold, *, actor: Actor) -> None:
    """Hold it again and remove the blocks of its sender; raise NotHeld.

    Of blocks that others have set only those that the actor may change go.
    """
    _require_act(hold, Permission.DISCARD, actor)
    for rule in find_rules(actor, hold):
        if rule.verb == BLOCK:
            require_scope(actor, scope_of(rule))
            _remove(rule, actor)
    if not moves.undo(hold, actor=actor):
        raise NotHeld(hold.pk)


def require_deciding(hold: Hold, actor: Actor) -> None:
    """Raise NotPermitted unless the actor decides on the hold, sender included."""
    require_permission(actor, Permission.KEEP_OWN_SENDERS)
    _require_act(hold, Permission.DISCARD, actor)


def scope_of(rule: SenderRule) -> Scope:
    """Return for whom the rule is."""
    return Scope(rule.owner_id, rule.domain_id)


def _require_act(hold: Hold, permission: Permission, actor: Actor) -> Rights:
    require_permission(actor, permission)
    rights = get_rulebook(actor).rights(hold)
    if not rights.can_act:
        raise NotPermitted(permission)
    return rights


def _require_release(hold: Hold, actor: Actor) -> None:
    """Refuse what must be confirmed, too: no rule would let such mail pass."""
    rights = _require_act(hold, Permission.RELEASE, actor)
    if not rights.can_release or rights.needs_confirmation:
        raise ReservedForAdmin(hold.category)


def _require_offered(hold: Hold, scope: Scope, actor: Actor) -> None:
    require_scope(actor, scope)
    if scope not in list_scopes(actor, hold):
        raise NotHeld(hold.pk)


def _require_all(rules: Iterable[SenderRule], actor: Actor) -> list[SenderRule]:
    ordered = sorted(rules, key=lambda rule: rule.pk)
    for rule in ordered:
        require_scope(actor, scope_of(rule))
    return ordered


def _remove(rule: SenderRule, actor: Actor) -> bool:
    mine = SenderRule.objects.visible_to(actor).filter(pk=rule.pk, removed_at=None)
    if not mine.update(removed_at=timezone.now()):
        return False
    audit.record(actor, "sender.remove", rule, **audit_detail(rule))
    return True


def _restore(rule: SenderRule, actor: Actor) -> bool:
    gone = SenderRule.objects.visible_to(actor).filter(pk=rule.pk)
    require_room(scope_of(rule), actor)
    try:
        with transaction.atomic():
            if not gone.filter(removed_at__isnull=False).update(removed_at=None):
                return False
    except IntegrityError:
        # Made anew meanwhile: that one is what somebody wants now.
        return False
    audit.record(actor, "sender.restore", rule, **audit_detail(rule))
    return True
