"""What happens when somebody pastes an error message."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from accounts import audit
from accounts.tenancy import Actor, Permission, require_permission
from accounts.throttles import spend
from diagnostics.access.probes import find_settings
from diagnostics.actions.probes import Question, start_probe
from diagnostics.added_evidence import add_evidence
from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.error_text import VANTAGE, as_evidence
from diagnostics.models import Probe
from diagnostics.targets import make_target

HOUR = 3600
# Nobody needs more messages to one check; each keeps a few masked lines only.
TEXTS_MAX = 20


def add_text(actor: Actor, probe: Probe, text: str) -> None:
    """Keep what the text says as evidence of the probe; the text itself is not kept.

    Raises PastesFull, NotPermitted and RateLimited.
    """
    require_permission(actor, Permission.START_PROBE)
    limit = settings.PROBES_PER_HOUR
    spend("probe.text", str(actor.customer_id), limit=limit, seconds=HOUR)
    hosts = make_target(probe, password=None).known_hosts
    _keep(actor, probe, as_evidence(text, hosts))


@transaction.atomic(durable=True)
def _keep(actor: Actor, probe: Probe, found: list[Observation]) -> None:
    kept = add_evidence(actor, probe, VANTAGE, found, limit=TEXTS_MAX)
    audit.record(actor, "probe.text", kept)


def start_with_text(actor: Actor, text: str) -> Probe:
    """Queue a probe with the settings told last, and keep the text with it.

    Raises NoScanner, NotPermitted and RateLimited.
    """
    told = find_settings(actor)
    host, port = told.get("host") or "", told.get("port")
    question = Question(str(host), int(str(port)) if port else None, "", "")
    probe = start_probe(actor, question)
    add_text(actor, probe, text)
    return probe
