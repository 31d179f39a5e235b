"""The outbox that every mail of the portal goes through, tried until it is taken."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import mail
from accounts.errors import MailUnsure
from accounts.keyring import seal, unseal
from accounts.models import OutgoingMail, User

logger = logging.getLogger(__name__)

# Pauses after the first, second … try; the last one repeats.
PAUSES = tuple(timedelta(seconds=s) for s in (15, 60, 300, 900, 3600))
# After that nobody waits for it any more; the link in it would still be a fresh one.
WORTH_SENDING = timedelta(days=3)
# A worker that died in mid-delivery. Told twice is better than never.
LOST_AFTER = timedelta(seconds=90)
# What the broker lost, or never got.
RESEND_AFTER = timedelta(seconds=15)
KEPT = timedelta(days=90)

State = OutgoingMail.State


def put(user: User | None, kind: str, **details: str) -> OutgoingMail:
    """Keep a mail of `mail.MAILS` to send; call it inside the action's transaction."""
    sealed = seal(json.dumps(details).encode(), purpose="mail")
    return OutgoingMail.objects.create(user=user, kind=kind, sealed_details=sealed)


def deliver(mail_id: UUID | str) -> None:
    """Send a mail of the outbox, once; postpone it if no server takes it now."""
    outgoing = _claim(mail_id)
    if outgoing is None:
        logger.info("mail %s is gone, taken or not due", mail_id)
        return
    try:
        _send(outgoing)
    except MailUnsure:
        logger.warning("mail %s (%s) is perhaps sent", outgoing.pk, outgoing.kind)
        _finish(outgoing, State.FAILED)
    except (OSError, SMTPException) as error:
        logger.warning(
            "mail %s (%s) was not taken: %s",
            outgoing.pk,
            outgoing.kind,
            type(error).__name__,
        )
        if _is_final(error):
            _finish(outgoing, State.FAILED)
        else:
            _postpone(outgoing)
    else:
        _finish(outgoing, State.SENT)


def list_due() -> list[UUID]:
    """Return the mails whose time has come and that no worker has picked up."""
    now = timezone.now()
    waiting = OutgoingMail.objects.filter(
        state=State.QUEUED,
        started_at=None,
        next_try_at__lt=now,
        created_at__lt=now - RESEND_AFTER,
    )
    return list(waiting.order_by("next_try_at").values_list("pk", flat=True)[:200])


@transaction.atomic(durable=True)
def end_stale() -> int:
    """Give up on what is too old, free what a dead worker held; return how many."""
    now = timezone.now()
    queued = OutgoingMail.objects.filter(state=State.QUEUED)
    old = queued.filter(created_at__lt=now - WORTH_SENDING)
    ended = old.update(state=State.FAILED, sealed_details=b"")
    lost = queued.filter(started_at__lt=now - LOST_AFTER)
    perhaps_sent = lost.filter(kind__in=mail.SENT_ONCE)
    ended += perhaps_sent.update(state=State.FAILED, sealed_details=b"")
    return ended + lost.update(started_at=None)


@transaction.atomic(durable=True)
def withdraw(mail_id: UUID) -> bool:
    """Give a mail up that no worker has in hand; say whether it was still here."""
    waiting = OutgoingMail.objects.filter(
        pk=mail_id, state=State.QUEUED, started_at=None
    )
    return waiting.update(state=State.FAILED, sealed_details=b"") == 1


def forget_old() -> int:
    """Delete the rows of three months ago; return how many."""
    old = OutgoingMail.objects.filter(created_at__lt=timezone.now() - KEPT)
    return old.delete()[0]


def _send(outgoing: OutgoingMail) -> None:
    if outgoing.user is None and outgoing.kind not in mail.WITHOUT_ACCOUNT:
        return
    details = json.loads(unseal(bytes(outgoing.sealed_details), purpose="mail"))
    mail.MAILS[outgoing.kind](outgoing.user, outgoing.created_at, **details)


def _is_final(error: Exception) -> bool:
    """Say whether the server refused for good: 5yz to the recipient or the content."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    return isinstance(error, SMTPDataError) and error.smtp_code >= 500


@transaction.atomic(durable=True)
def _claim(mail_id: UUID | str) -> OutgoingMail | None:
    now = timezone.now()
    free = OutgoingMail.objects.filter(
        pk=mail_id, state=State.QUEUED, started_at=None, next_try_at__lte=now
    )
    if free.update(started_at=now, attempts=F("attempts") + 1) != 1:
        return None
    return OutgoingMail.objects.select_related("user").get(pk=mail_id)


@transaction.atomic(durable=True)
def _postpone(outgoing: OutgoingMail) -> None:
    pause = PAUSES[min(outgoing.attempts, len(PAUSES)) - 1]
    OutgoingMail.objects.filter(pk=outgoing.pk, state=State.QUEUED).update(
        started_at=None, next_try_at=timezone.now() + pause
    )


@transaction.atomic(durable=True)
def _finish(outgoing: OutgoingMail, state: str) -> None:
    """Close the row; what it said is not kept."""
    OutgoingMail.objects.filter(pk=outgoing.pk, state=State.QUEUED).update(
        state=state, sealed_details=b"", sent_at=timezone.now()
    )
