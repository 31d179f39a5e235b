"""Writes audit events as CSV or JSON lines, so that anybody can check the hashes.

`sealed_hash` is SHA-256 over `hashed`, as UTF-8; `hashed` begins with the hash of the
event before it in the chain, which may be another customer's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from accounts.audit_chain import FIRST_HASH, hashed_text
from accounts.csv_rows import BYTE_ORDER_MARK, defuse, write_row
from accounts.models import AuditEvent, AuditHead

COLUMNS = (
    "id",
    "at",
    "actor",
    "actor_email",
    "action",
    "object_type",
    "object_id",
    "detail",
    "sequence",
    "sealed_hash",
    "hashed",
)


def write_lines(events: Iterable[AuditEvent], head: AuditHead | None) -> Iterator[str]:
    """Yield a JSON object a line, the head of the chain last."""
    for event in events:
        yield json.dumps(_facts(event), ensure_ascii=False) + "\n"
    if head is not None:
        yield json.dumps({"head": str(head), "at": head.sealed_at.isoformat()}) + "\n"


def write_csv(events: Iterable[AuditEvent], head: AuditHead | None) -> Iterator[str]:
    """Yield rows of CSV for spreadsheets, the head of the chain last."""
    yield BYTE_ORDER_MARK
    yield write_row(COLUMNS)
    for event in events:
        facts = _facts(event)
        facts["detail"] = json.dumps(facts["detail"], ensure_ascii=False)
        yield write_row([defuse(facts[name]) for name in COLUMNS])
    if head is not None:
        yield write_row(["head", head.sealed_at.isoformat(), str(head)])


def _facts(event: AuditEvent) -> dict[str, object]:
    is_sealed = event.sequence is not None
    previous = getattr(event, "previous_hash", None) or FIRST_HASH
    return {
        "id": event.pk,
        "at": event.at.isoformat(),
        "actor": str(event.actor_id or ""),
        "actor_email": _email(event),
        "action": event.action,
        "object_type": event.object_type,
        "object_id": event.object_id,
        "detail": event.detail,
        "sequence": event.sequence,
        "sealed_hash": event.sealed_hash,
        "hashed": hashed_text(previous, event) if is_sealed else "",
    }


def _email(event: AuditEvent) -> str:
    """Return the address of a person; who works for the operator stays unnamed."""
    actor = event.actor
    return "" if actor is None or actor.is_staff else actor.email
