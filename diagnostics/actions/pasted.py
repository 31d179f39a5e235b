"""What happens when somebody pastes the output of commands."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from accounts import audit
from accounts.tenancy import Actor, Permission, require_permission
from accounts.throttles import spend
from diagnostics.added_evidence import add_evidence
from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.errors import PasteNotUnderstood
from diagnostics.models import Probe
from diagnostics.pasted import VANTAGE, Reading, read
from diagnostics.stored_verdicts import note_first_cause
from diagnostics.targets import make_target

HOUR = 3600
# A probe holds no more than that of pasted evidence.
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
    kept = add_evidence(actor, probe, VANTAGE, found, limit=EVIDENCE_MAX)
    audit.record(actor, "probe.paste", kept)
