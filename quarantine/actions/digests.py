"""Digests: chosen, left, and the one act that a link of theirs is good for."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.tenancy import Actor
from quarantine.actions.decisions import release_hold, request_release
from quarantine.digests.links import Action, OpenLink, is_untouched, spend
from quarantine.errors import NotHeld
from quarantine.models import DigestSubscription


@transaction.atomic(durable=True)
def choose(actor: Actor, values: dict[str, object]) -> None:
    """Keep when the person wants digests, and of what: columns of the subscription."""
    _choose(actor, values)
    audit.record(actor, "digest.choose")


@transaction.atomic(durable=True)
def unsubscribe(actor: Actor) -> None:
    """Send the person no digests of this customer any more."""
    _choose(actor, {"unsubscribed_at": timezone.now()})
    audit.record(actor, "digest.unsubscribe")


def act_by_link(link: OpenLink) -> None:
    """Do what the link is good for, once; raise NotHeld if somebody was first.

    First the hold, then the link: a crash in between leaves a hold on its way, whose
    links are void by that alone.
    """
    if not is_untouched(link):
        raise NotHeld(link.hold.pk)
    act: dict[str, Callable[..., None]] = {
        Action.RELEASE: release_hold,
        Action.REQUEST: request_release,
    }
    act[Action(link.token.action)](link.hold, actor=link.actor)
    _note_use(link)


@transaction.atomic(durable=True)
def _note_use(link: OpenLink) -> None:
    if spend(link.token.pk, timezone.now()):
        audit.record(link.actor, "hold.by_link", link.hold, act=link.token.action)


def _choose(actor: Actor, values: dict[str, object]) -> None:
    DigestSubscription.objects.update_or_create(
        user_id=actor.user_id,
        customer_id=actor.customer_id,
        defaults=values | {"changed_at": timezone.now()},
    )
