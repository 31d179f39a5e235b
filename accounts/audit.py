"""Writes down who did what: actions insert events, `audit_chain` seals them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from accounts.models import AuditEvent

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.tenancy import Actor


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
