"""Who did what to an account, written down and told by mail."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from accounts import audit, outbox, tasks
from accounts.access.people import list_admins
from accounts.enqueue import enqueue
from accounts.models import User


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


def notify(user: User, notice: str, **details: str) -> None:
    """Mail the notice of that name (`mail.NOTICES`) once the transaction commits.

    Call it inside the action's transaction: the mail is a row of it.
    """
    put_mail(user, notice, **details)


def put_mail(user: User | None, kind: str, **details: str) -> None:
    """Keep a mail of `mail.MAILS`, and wake a worker; nobody gets one for None."""
    outgoing = outbox.put(user, kind, **details)
    enqueue(tasks.send_mail, outgoing.pk)


def mail_admins(customer_id: UUID, kind: str, **details: str) -> None:
    """Keep a mail of `mail.MAILS` to each active admin of the customer."""
    for admin in list_admins(customer_id).order_by("pk"):
        put_mail(admin, kind, **details)
