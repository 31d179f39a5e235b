"""Evidence that comes to a probe from elsewhere, beside what a worker still writes."""

from __future__ import annotations

from django.db.models import Max

from accounts.tenancy import Actor
from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.errors import PastesFull
from diagnostics.models import Evidence, Probe

FIRST_ORDINAL = 20_000


def add_evidence(
    actor: Actor, probe: Probe, vantage: str, found: list[Observation], *, limit: int
) -> Probe:
    """Save it behind what was added before, inside the caller's transaction.

    The lock on the probe keeps two people apart. Raises PastesFull beyond `limit`.
    """
    mine = Probe.objects.visible_to(actor).select_for_update()
    locked: Probe = mine.get(pk=probe.pk)
    append_evidence(locked, vantage, found, limit=limit)
    return locked


def append_evidence(
    locked: Probe, vantage: str, found: list[Observation], *, limit: int
) -> None:
    """Save it behind what that end has seen; the caller holds the probe's row.

    Raises PastesFull beyond `limit`, before anything is saved.
    """
    before = Evidence.objects.filter(probe=locked, vantage=vantage)
    last = before.aggregate(last=Max("ordinal"))["last"]
    start = FIRST_ORDINAL if last is None else last + 1
    if start + len(found) > FIRST_ORDINAL + limit:
        raise PastesFull(locked.pk)
    Evidence.objects.bulk_create(
        Evidence.of(
            item,
            customer_id=locked.customer_id,
            probe=locked,
            ordinal=start + number,
            vantage=vantage,
        )
        for number, item in enumerate(found)
    )
