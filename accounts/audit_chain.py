"""Chains the audit events by hash, keeps the end under a key, and verifies both.

Whoever can write to the database can re-hash a chain; without the key ring nobody can
write an `AuditHead` that fits. An old head with its old MAC still fits an old end:
against that the sealer writes each head to the log, and `verify` takes one back.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from accounts.errors import AuditBroken
from accounts.keyring import fingerprints
from accounts.models import AuditEvent, AuditHead

FIRST_HASH = "0" * 64
SEAL_BATCH = 1000
READ_BATCH = 2000
PURPOSE = "audit.head"

logger = logging.getLogger(__name__)


class Fault(StrEnum):
    """What can be wrong with the chain."""

    NO_HEAD = "no_head"
    HEAD_FORGED = "head_forged"
    ALTERED = "altered"
    MISSING = "missing"
    END_MISSING = "end_missing"
    END_ADDED = "end_added"
    OTHER_HISTORY = "other_history"


@dataclass(frozen=True, slots=True)
class Finding:
    """What verification found: how many events hold, and the first fault if any."""

    count: int
    fault: Fault | None = None
    sequence: int | None = None
    event: AuditEvent | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """How far the links hold, with what hash, and whether they pass a mark."""

    finding: Finding
    last_hash: str
    has_mark: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A head that somebody noted outside the database."""

    count: int
    last_hash: str


def event_hash(previous: str, event: AuditEvent) -> str:
    """Return SHA-256 over the previous hash and all that the event says."""
    return hashlib.sha256(hashed_text(previous, event).encode()).hexdigest()


def hashed_text(previous: str, event: AuditEvent) -> str:
    """Return the text whose SHA-256 seals the event; an export carries it along."""
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
    return json.dumps(said, sort_keys=True, separators=(",", ":"))


def find_head() -> AuditHead | None:
    """Return the head of the chain; None is a fault."""
    return AuditHead.objects.first()


@transaction.atomic(durable=True)
def seal_events() -> int:
    """Chain what is not chained yet, oldest first; return how many; raise AuditBroken.

    One sealer at a time: the head is locked. It adds nothing to a chain whose end is
    not the one it left, so that the traces stay as they are.
    """
    head = AuditHead.objects.select_for_update().first()
    fault = _judge_end(head)
    if head is None or fault is not None:
        raise AuditBroken(fault or Fault.NO_HEAD)
    before = (head.count, head.mac)
    for event in AuditEvent.objects.filter(sequence=None).order_by("pk")[:SEAL_BATCH]:
        head.count += 1
        event.sequence = head.count
        head.last_hash = event_hash(head.last_hash, event)
        AuditEvent.objects.filter(pk=event.pk, sequence=None).update(
            sequence=head.count, sealed_hash=head.last_hash
        )
    head.mac = mac_of(head)[0]  # under the current key, whichever it was before
    if (head.count, head.mac) != before:
        head.save(update_fields=["count", "last_hash", "mac", "sealed_at"])
        logger.info("audit head %s", head)
    return head.count - before[0]


def verify(mark: Mark | None = None) -> Finding:
    """Read the whole chain, oldest first; with a mark, that it is part of it too."""
    head = find_head()
    walk = _walk(head.count if head else None, mark)
    if walk.finding.fault is not None:
        return walk.finding
    count = walk.finding.count
    fault = _judge_walk(walk, head) or _judge_end(find_head())
    if fault is not None:
        return Finding(count, fault, count + 1)
    if mark is not None and mark.count and not walk.has_mark:
        return Finding(count, Fault.OTHER_HISTORY)
    return walk.finding


def _walk(until: int | None, mark: Mark | None) -> Walk:
    """Follow the links up to the head read before: more may be sealed since."""
    previous, count, has_mark = FIRST_HASH, 0, False
    sealed = AuditEvent.objects.exclude(sequence=None).order_by("sequence")
    for event in sealed.iterator(chunk_size=READ_BATCH):
        if until is not None and (event.sequence or 0) > until:
            break
        if event.sequence != count + 1:
            fault = Finding(count, Fault.MISSING, count + 1, event)
            return Walk(fault, previous, has_mark)
        if event.sealed_hash != event_hash(previous, event):
            fault = Finding(count, Fault.ALTERED, event.sequence, event)
            return Walk(fault, previous, has_mark)
        previous, count = event.sealed_hash, count + 1
        has_mark = has_mark or mark == Mark(count, previous)
    return Walk(Finding(count), previous, has_mark)


def _judge_walk(walk: Walk, head: AuditHead | None) -> Fault | None:
    if head is None:
        return Fault.NO_HEAD
    if not _is_genuine(head):
        return Fault.HEAD_FORGED
    if (walk.finding.count, walk.last_hash) != (head.count, head.last_hash):
        return Fault.END_MISSING
    return None


def keep_finding(finding: Finding) -> None:
    """Keep what verification found, for those who only look."""
    AuditHead.objects.update(
        verified_at=timezone.now(),
        verified_count=finding.count,
        fault=finding.fault or "",
        fault_sequence=finding.sequence,
    )


def _judge_end(head: AuditHead | None) -> Fault | None:
    """Say what is wrong with the head and the last event, without reading the rest."""
    if head is None:
        return Fault.NO_HEAD
    if not _is_genuine(head):
        return Fault.HEAD_FORGED
    last = AuditEvent.objects.exclude(sequence=None).order_by("-sequence").first()
    count, last_hash = (
        (last.sequence or 0, last.sealed_hash) if last else (0, FIRST_HASH)
    )
    if count > head.count:
        return Fault.END_ADDED
    if count < head.count or last_hash != head.last_hash:
        return Fault.END_MISSING
    return None


def _is_genuine(head: AuditHead) -> bool:
    return any(hmac.compare_digest(head.mac, mac) for mac in mac_of(head))


def mac_of(head: AuditHead) -> list[str]:
    """Return what the keys of the ring make of the head, the current one first."""
    return fingerprints(f"{head.count}:{head.last_hash}", purpose=PURPOSE)
