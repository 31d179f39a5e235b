"""Works an uploaded list of people off: one invitation, one transaction a row."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import outbox
from accounts.errors import CleanmailError, RateLimited
from accounts.invitations import Invitee, keep, spend
from accounts.keyring import seal, unseal
from accounts.mailboxes import Domains
from accounts.models import Membership, PeopleImport
from accounts.people_csv import Row
from accounts.tenancy import Role

logger = logging.getLogger(__name__)

# A worker that died in the middle.
LOST_AFTER = timedelta(minutes=10)
KEPT = timedelta(days=30)


def seal_rows(rows: list[Row]) -> bytes:
    """Return the rows as PeopleImport keeps them."""
    text = json.dumps([row.to_json() for row in rows])
    return seal(text.encode(), purpose="people.import")


def open_rows(found: PeopleImport) -> list[Row]:
    """Return the rows, none once the list is worked off."""
    if not found.sealed_rows:
        return []
    text = unseal(bytes(found.sealed_rows), purpose="people.import")
    return [Row(**row) for row in json.loads(text)]


def run(import_id: UUID | str) -> None:
    """Invite who is left on a confirmed list; harmless when called twice."""
    found = _claim(import_id)
    if found is None:
        logger.info("list %s is gone, taken or finished", import_id)
        return
    domains = Domains.of(found.customer_id)
    right = [row for row in open_rows(found) if not row.reason]
    for row in right[found.done_count :]:
        if not _is_backed(found):
            logger.warning("list %s stops: nobody stands behind it", found.pk)
            break
        try:
            spend(found.customer_id, row.email)
        except RateLimited:
            _pass_over(found)
            continue
        _invite(found, row, domains)
    _finish(found)


def list_due() -> list[UUID]:
    """Return the confirmed lists that no worker is at."""
    now = timezone.now()
    open_lists = PeopleImport.objects.filter(finished_at=None, confirmed_at__lt=now)
    lost = open_lists.filter(started_at__lt=now - LOST_AFTER)
    lost.update(started_at=None)
    waiting = open_lists.filter(
        started_at=None, confirmed_at__lt=now - timedelta(seconds=15)
    )
    return list(waiting.values_list("pk", flat=True)[:50])


def forget_old() -> int:
    """Delete lists nobody confirmed, and old ones; return how many rows went."""
    now = timezone.now()
    unconfirmed = PeopleImport.objects.filter(confirmed_at=None, expires_at__lt=now)
    old = PeopleImport.objects.filter(finished_at__lt=now - KEPT)
    return unconfirmed.delete()[0] + old.delete()[0]


@transaction.atomic(durable=True)
def _claim(import_id: UUID | str) -> PeopleImport | None:
    free = PeopleImport.objects.filter(
        pk=import_id, confirmed_at__isnull=False, finished_at=None, started_at=None
    )
    if free.update(started_at=timezone.now()) != 1:
        return None
    found: PeopleImport = PeopleImport.objects.get(pk=import_id)
    return found


def _is_backed(found: PeopleImport) -> bool:
    """Say whether who confirmed the list is still an admin."""
    return Membership.objects.filter(
        customer_id=found.customer_id, user_id=found.made_by_id, role=Role.ADMIN
    ).exists()


@transaction.atomic(durable=True)
def _invite(found: PeopleImport, row: Row, domains: Domains) -> None:
    """Invite one; the count moves in the same transaction, so nobody is asked twice."""
    mine = PeopleImport.objects.filter(pk=found.pk)
    mine.update(done_count=F("done_count") + 1)
    try:
        with transaction.atomic():
            mailboxes = [domains.read(one) for one in row.addresses or [row.email]]
            invitee = Invitee(
                row.email, row.role, mailboxes, row.full_name, found.language
            )
            kept = keep(found.customer_id, invitee, inviter_id=found.made_by_id)
            outbox.put(None, "joining", invitation_id=str(kept.pk))
    except CleanmailError as error:
        logger.info("line %d of list %s: %s", row.line, found.pk, type(error).__name__)
    else:
        mine.update(invited_count=F("invited_count") + 1)


@transaction.atomic(durable=True)
def _pass_over(found: PeopleImport) -> None:
    """Leave one out whose limit, or the customer's, is reached; the page says so."""
    PeopleImport.objects.filter(pk=found.pk).update(done_count=F("done_count") + 1)


@transaction.atomic(durable=True)
def _finish(found: PeopleImport) -> None:
    PeopleImport.objects.filter(pk=found.pk).update(
        finished_at=timezone.now(), sealed_rows=b""
    )
