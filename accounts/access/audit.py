"""The way to a customer's audit events, and whether the chain they are in holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.audit_chain import find_head
from accounts.audit_words import KINDS
from accounts.models import AuditEvent, AuditHead, User
from accounts.tenancy import Actor, Permission, require_permission

PAGE_ROWS = 50


@dataclass(frozen=True, slots=True)
class Criteria:
    """What is looked for; nothing set means everything."""

    person: UUID | None = None
    kind: str = ""
    since: date | None = None
    until: date | None = None


def list_events(actor: Actor, criteria: Criteria) -> QuerySet[AuditEvent]:
    """Return the customer's events, newest first; raise NotPermitted."""
    require_permission(actor, Permission.VIEW_AUDIT)
    events = AuditEvent.objects.filter(customer_id=actor.customer_id)
    if criteria.person is not None:
        events = events.filter(actor_id=criteria.person)
    if criteria.kind:
        prefixes = Q()
        for prefix in KINDS[criteria.kind][1]:
            prefixes |= Q(action__startswith=prefix)
        events = events.filter(prefixes)
    if criteria.since is not None:
        events = events.filter(at__gte=_midnight(criteria.since))
    if criteria.until is not None:
        events = events.filter(at__lt=_midnight(criteria.until + timedelta(days=1)))
    return events.select_related("actor").order_by("-pk")


def with_links(events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
    """Add to each event the hash that stands before it in the chain."""
    before = AuditEvent.objects.filter(sequence=OuterRef("sequence") - 1)
    return events.annotate(previous_hash=Subquery(before.values("sealed_hash")[:1]))


def list_actors(actor: Actor) -> QuerySet[User]:
    """Return the people of the customer, by address, to choose from."""
    require_permission(actor, Permission.VIEW_AUDIT)
    people = User.objects.filter(memberships__customer_id=actor.customer_id)
    return people.order_by("email")


def name_subjects(actor: Actor, events: list[AuditEvent]) -> dict[str, str]:
    """Return the names of the customer's people that the events are about, by id."""
    ids = {event.object_id for event in events if event.object_type == "accounts.user"}
    people = list_actors(actor).filter(pk__in=ids)
    return {str(user.pk): str(user) for user in people}


def get_head(actor: Actor) -> AuditHead | None:
    """Return how the chain ends and what its last verification found."""
    require_permission(actor, Permission.VIEW_AUDIT)
    return find_head()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone())
