"""Who did what to an account, written down and told by mail."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts import audit, tasks
from accounts.enqueue import enqueue
from accounts.models import (
    User,
)


def record_for(
    user: User, action: str, subject: models.Model, **detail: object
) -> None:
    """Record for the person's customer, so that its admin can read it."""
    membership = user.memberships.order_by("pk").first()
    audit.record_event(
        action,
        subject,
        user_id=user.pk,
        customer_id=membership.customer_id if membership else None,
        detail=detail,
    )


def notify(user: User, notice: str) -> None:
    """Mail the notice of that name (`mail.NOTICES`) once the transaction commits."""
    enqueue(tasks.send_notice, user.pk, notice, timezone.now().isoformat())
