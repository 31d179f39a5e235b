"""What the page of the audit log shows, decided before any template."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from accounts.access import audit
from accounts.access.audit import PAGE_ROWS, Criteria
from accounts.audit_words import describe
from accounts.models import AuditEvent, AuditHead
from accounts.tenancy import Actor


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event in words."""

    at: datetime
    who: str
    words: str
    about: str
    reason: str
    is_sealed: bool


@dataclass(frozen=True, slots=True)
class ChainState:
    """Whether the chain holds, as far as anybody looked."""

    tone: str
    icon: str
    text: str
    verified_at: datetime | None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One page of the log."""

    rows: list[EventRow]
    state: ChainState
    is_filtered: bool
    is_first: bool
    newest_query: str
    older_query: str


def make_page(actor: Actor, criteria: Criteria, *, before: int | None) -> AuditPage:
    """Return the page of the newest events, or of those before an event."""
    events = audit.list_events(actor, criteria)
    if before is not None:
        events = events.filter(pk__lt=before)
    found = list(events[: PAGE_ROWS + 1])
    shown = found[:PAGE_ROWS]
    names = audit.name_subjects(actor, shown)
    has_older = len(found) > PAGE_ROWS
    return AuditPage(
        rows=[_row(event, names) for event in shown],
        state=_state(audit.get_head(actor)),
        is_filtered=criteria != Criteria(),
        is_first=before is None,
        newest_query=_query(criteria),
        older_query=_query(criteria, before=shown[-1].pk) if has_older else "",
    )


def _row(event: AuditEvent, names: dict[str, str]) -> EventRow:
    about = names.get(event.object_id, "")
    who = _who(event)
    return EventRow(
        at=event.at,
        who=who,
        words=describe(event.action),
        about="" if about == who else about,
        reason=str(event.detail.get("reason", "")),
        is_sealed=event.sequence is not None,
    )


def _who(event: AuditEvent) -> str:
    if event.actor is None:
        return _("Das Portal") if event.actor_id is None else _("gelöschte Person")
    return _("Betreiber") if event.actor.is_staff else str(event.actor)


def _state(head: AuditHead | None) -> ChainState:
    if head is not None and head.verified_at is None:
        text = _("Ob es vollständig ist, wurde noch nicht geprüft.")
        return ChainState("is-info", "info", text, None)
    if head is None or head.fault:
        text = _("Das Protokoll wurde verändert. Melden Sie das dem Betreiber.")
        at = head.verified_at if head else None
        return ChainState("is-bad", "fail", text, at)
    text = _("Das Protokoll ist vollständig und unverändert.")
    return ChainState("is-good", "ok", text, head.verified_at)


def _query(criteria: Criteria, **more: object) -> str:
    said = {
        "person": criteria.person,
        "kind": criteria.kind,
        "since": criteria.since,
        "until": criteria.until,
    } | more
    return "?" + urlencode({key: value for key, value in said.items() if value})
