"""Which sessions of the scanner's log speak about a probe."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.models import Probe, ScannerSession

LIST_LIMIT = 50
SENT = "sent"


def list_sessions_for(probe: Probe) -> list[Observation]:
    """Return what the customer's own mail server did at the scanner, latest last.

    Of the days before the probe, by account or address; what lies behind a mail that
    went through from the same address is over. Sessions of probes are left out: those
    are the probe's own evidence. Whoever may see the probe may see these.
    """
    if probe.kind != Probe.Kind.OUTBOUND:
        return []
    until = probe.finished_at or timezone.now()
    since = until - timedelta(hours=settings.SCANNER_LOG_JUDGED_HOURS)
    mine = ScannerSession.objects.filter(
        customer_id=probe.customer_id,
        nonce="",
        ended_at__gte=since,
        started_at__lte=until,
    )
    seen, through = [], set()
    for session in mine.order_by("-ended_at", "-started_at")[:LIST_LIMIT]:
        if session.client_address not in through:
            seen.append(session.as_observation())
        if session.facts.get("stage") == SENT:
            through.add(session.client_address)
    return seen[::-1]
