"""The audit log: actions insert unsealed events, one sealer chains their hashes."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from django.db import models, transaction

from accounts.models import AuditEvent

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from accounts.tenancy import Actor

FIRST_HASH = "0" * 64
SEAL_BATCH = 1000


def record(
    actor: Actor, action: str, subject: models.Model | None = None, **detail: object
) -> None:
    """Note what a person of a customer did; call it inside the action's transaction."""
    record_event(
        action,
        subject,
        user_id=actor.user_id,
        customer_id=actor.customer_id,
        detail=detail,
    )


def record_event(
    action: str,
    subject: models.Model | None = None,
    *,
    user_id: UUID | None = None,
    customer_id: UUID | None = None,
    detail: dict[str, object] | None = None,
) -> None:
    """Note what happened where there is no actor: log-ins, the operator's commands."""
    AuditEvent.objects.create(
        customer_id=customer_id,
        actor_id=user_id,
        action=action,
        object_type=subject._meta.label_lower if subject else "",  # noqa: SLF001
        object_id=str(subject.pk) if subject else "",
        detail=detail or {},
    )


def event_hash(previous: str, event: AuditEvent) -> str:
    """Return SHA-256 over the previous hash and all that the event says."""
    said = [
        previous,
        event.sequence,
        event.at.isoformat(),
        str(event.customer_id),
        str(event.actor_id),
        event.action,
        event.object_type,
        event.object_id,
        event.detail,
    ]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic(durable=True)
def seal_events() -> int:
    """Chain what is not chained yet, oldest first; return how many.

    One sealer at a time: the last link is locked.
    """
    last = (
        AuditEvent.objects.select_for_update()
        .exclude(sequence=None)
        .order_by("-sequence")
        .first()
    )
    sequence, previous = (
        (last.sequence or 0, last.sealed_hash) if last else (0, FIRST_HASH)
    )
    unsealed = AuditEvent.objects.filter(sequence=None).order_by("pk")[:SEAL_BATCH]
    sealed = 0
    for event in unsealed:
        sequence += 1
        event.sequence = sequence
        event.sealed_hash = previous = event_hash(previous, event)
        claimed = AuditEvent.objects.filter(pk=event.pk, sequence=None)
        sealed += claimed.update(sequence=sequence, sealed_hash=previous)
    return sealed


def find_broken_event() -> AuditEvent | None:
    """Return the first sealed event that the chain contradicts, None if it holds."""
    previous = FIRST_HASH
    events: Iterable[AuditEvent] = AuditEvent.objects.exclude(sequence=None).order_by(
        "sequence"
    )
    for expected, event in enumerate(events, start=1):
        if event.sequence != expected or event.sealed_hash != event_hash(
            previous, event
        ):
            return event
        previous = event.sealed_hash
    return None
