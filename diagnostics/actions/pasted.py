"""What happens when somebody pastes the output of commands."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from accounts import audit
from accounts.tenancy import Actor, Permission, require_permission
from accounts.throttles import spend
from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.errors import PasteNotUnderstood, PastesFull
from diagnostics.models import Evidence, Probe
from diagnostics.pasted import VANTAGE, Reading, read
from diagnostics.stored_verdicts import note_first_cause
from diagnostics.targets import make_target

HOUR = 3600
# Behind what a worker still writes; a probe holds no more than that of pasted evidence.
FIRST_ORDINAL = 20_000
EVIDENCE_MAX = 1_000


def paste(actor: Actor, probe: Probe, text: str) -> Reading:
    """Keep what the text says as evidence of the probe; return what was read.

    Raises PasteNotUnderstood, PastesFull, NotPermitted and RateLimited.
    """
    require_permission(actor, Permission.START_PROBE)
    limit = settings.PROBES_PER_HOUR
    spend("probe.paste", str(actor.customer_id), limit=limit, seconds=HOUR)
    reading = read(text, make_target(probe, password=None))
    if not reading.evidence:
        raise PasteNotUnderstood(probe.pk)
    _keep(actor, probe, [*reading.evidence, reading.note])
    note_first_cause(probe)
    return reading


@transaction.atomic(durable=True)
def _keep(actor: Actor, probe: Probe, found: list[Observation]) -> None:
    """Save the evidence behind what was pasted before; the lock keeps pastes apart."""
    mine = Probe.objects.visible_to(actor).select_for_update()
    locked = mine.get(pk=probe.pk)
    before = Evidence.objects.filter(probe=locked, vantage=VANTAGE)
    last = before.aggregate(last=Max("ordinal"))["last"]
    start = FIRST_ORDINAL if last is None else last + 1
    if start + len(found) > FIRST_ORDINAL + EVIDENCE_MAX:
        raise PastesFull(probe.pk)
    Evidence.objects.bulk_create(
        Evidence(
            customer_id=locked.customer_id,
            probe=locked,
            ordinal=start + number,
            vantage=VANTAGE,
            check_name=item.check,
            subject=item.subject[:300],
            status=item.status,
            duration_seconds=item.duration_seconds,
            facts=item.facts,
            transcript=item.transcript,
        )
        for number, item in enumerate(found)
    )
    audit.record(actor, "probe.paste", locked)
