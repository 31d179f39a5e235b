"""Makes each digest that is due, once, however often workers stop.

The row of the slot, the links, the mail in the outbox: one transaction. The outbox then
sends a digest at most once; one whose sending is unknown counts as not told, so that
the next one begins where it began.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts import outbox
from accounts.enqueue import enqueue
from accounts.models import OutgoingMail
from accounts.tasks import send_mail
from quarantine.digests import content as digest_content
from quarantine.digests import presentation as presentation_digest
from quarantine.digests.content import Content
from quarantine.digests.links import Links
from quarantine.digests.presentation import Letter
from quarantine.digests.readers import Reader, find_reader
from quarantine.models import Digest, DigestToken

logger = logging.getLogger(__name__)

# What has just come in may not be committed yet: the next digest tells of it.
SETTLED_AFTER = timedelta(seconds=60)
# Of a person's first digest, and of one after a long while.
LOOK_BACK_MAX = timedelta(days=31)
KEPT = timedelta(days=90)


def make(customer_id: str, user_id: str, slot_at: datetime, *, now: datetime) -> None:
    """Make the person's digest of that slot, unless it is made or nobody wants it."""
    reader = find_reader(customer_id, user_id)
    if reader is None or _digests(reader).filter(slot_at=slot_at).exists():
        logger.info("digest of %s for %s is made or unwanted", slot_at, user_id)
        return
    _withdraw_unsent(reader)
    until = now - SETTLED_AFTER
    since = _told_until(reader, slot_at, now)
    content = digest_content.gather(reader, since=since, until=until, now=now)
    links = Links(reader)
    letter = presentation_digest.write(reader, content, links, slot=slot_at)
    try:
        _keep(reader, content, links, letter, slot_at=slot_at)
    except IntegrityError:
        logger.info("digest of %s for %s: somebody else was first", slot_at, user_id)


def forget_old(now: datetime) -> int:
    """Delete the digests of three months ago with their links; return how many."""
    return Digest.objects.filter(created_at__lt=now - KEPT).delete()[0]


@transaction.atomic(durable=True)
def _keep(
    reader: Reader, content: Content, links: Links, letter: Letter, *, slot_at: datetime
) -> None:
    is_sent = not (content.is_empty and reader.only_with_news)
    mail = _put(reader, links, letter) if is_sent else None
    digest = Digest.objects.create(
        customer_id=reader.actor.customer_id,
        user=reader.user,
        slot_at=slot_at,
        since=content.since,
        until=content.until,
        new_count=content.new_count,
        mail=mail,
    )
    if mail is None:
        return
    for row in links.rows:
        row.customer_id, row.digest = digest.customer_id, digest
    DigestToken.objects.bulk_create(links.rows)
    enqueue(send_mail, mail.pk)


def _put(reader: Reader, links: Links, letter: Letter) -> OutgoingMail:
    return outbox.put(
        reader.user,
        "digest",
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        unsubscribe_url=links.unsubscribe_url,
        customer_id=str(reader.actor.customer_id),
    )


def _told_until(reader: Reader, slot_at: datetime, now: datetime) -> datetime:
    """Return up to when the person was told: by mails that went out or still may."""
    told = _digests(reader).exclude(mail__state=OutgoingMail.State.FAILED)
    last = told.order_by("-until").first()
    if last is not None:
        return max(last.until, now - LOOK_BACK_MAX)
    first = _digests(reader).order_by("since").first()
    if first is not None:
        return max(first.since, now - LOOK_BACK_MAX)
    zone = reader.user.zone
    before = reader.schedule.latest(slot_at - timedelta(seconds=1), zone)
    return before or slot_at - timedelta(days=1)


def _withdraw_unsent(reader: Reader) -> None:
    """Take back what waits for a mail server: this digest tells of it, too."""
    waiting = _digests(reader).filter(mail__state=OutgoingMail.State.QUEUED)
    for mail_id in waiting.values_list("mail_id", flat=True):
        outbox.withdraw(mail_id)


def _digests(reader: Reader) -> QuerySet[Digest]:
    mine: QuerySet[Digest] = Digest.objects.filter(user=reader.user)
    return mine.filter(customer_id=reader.actor.customer_id)
