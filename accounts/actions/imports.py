"""Lists of people: read for a preview, then confirmed."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone, translation

from accounts import audit, people_csv, people_import, tasks, throttles
from accounts.enqueue import enqueue
from accounts.errors import ImportVoid
from accounts.mailboxes import Domains
from accounts.models import Membership, PeopleImport
from accounts.tenancy import Actor, Permission, require_permission

PREVIEW_LIFETIME = timedelta(hours=1)
HOUR = 3600
PREVIEWS_PER_HOUR = 30


def read_list(content: bytes, *, actor: Actor) -> PeopleImport:
    """Keep the rows of a table for a preview; raise TableRefused or RateLimited.

    Nobody is invited and nothing is made by it.
    """
    require_permission(actor, Permission.MANAGE_PEOPLE)
    throttles.spend(
        "import", str(actor.customer_id), limit=PREVIEWS_PER_HOUR, seconds=HOUR
    )
    members = Membership.objects.visible_to(actor)
    known = set(members.values_list("user__email", flat=True))
    domains = Domains.of(actor.customer_id)
    rows = people_csv.judge(people_csv.read_table(content), domains, known)
    return _keep(rows, actor)


@transaction.atomic(durable=True)
def _keep(rows: list[people_csv.Row], actor: Actor) -> PeopleImport:
    wrong = sum(bool(row.reason) for row in rows)
    kept: PeopleImport = PeopleImport.objects.create(
        customer_id=actor.customer_id,
        made_by_id=actor.user_id,
        sealed_rows=people_import.seal_rows(rows),
        language=(translation.get_language() or "")[:2],
        right_count=len(rows) - wrong,
        wrong_count=wrong,
        expires_at=timezone.now() + PREVIEW_LIFETIME,
    )
    return kept


@transaction.atomic(durable=True)
def confirm_list(found: PeopleImport, *, actor: Actor) -> None:
    """Invite everybody whose row is right, in the background; raise ImportVoid.

    Who has shown the list to themselves confirms it: nobody answers for another's.
    """
    require_permission(actor, Permission.MANAGE_PEOPLE)
    now = timezone.now()
    waiting = PeopleImport.objects.visible_to(actor).filter(
        pk=found.pk, made_by_id=actor.user_id, confirmed_at=None, expires_at__gt=now
    )
    if waiting.update(confirmed_at=now) != 1:
        raise ImportVoid(found.pk)
    audit.record(actor, "people.import", found, rows=found.right_count)
    enqueue(tasks.import_people, found.pk)
