"""What happens when somebody presses a button of diagnostics."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from accounts import audit
from accounts.enqueue import enqueue
from accounts.tenancy import Actor, Permission, require_permission
from accounts.throttles import spend
from diagnostics import tasks
from diagnostics.access import find_scanner
from diagnostics.errors import NoScanner
from diagnostics.models import Probe
from diagnostics.passwords import seal_password

HOUR = 3600


@dataclass(frozen=True, slots=True)
class Question:
    """What the admin typed; the password is never shown or stored."""

    host: str
    port: int | None
    username: str
    password: str

    def __repr__(self) -> str:
        return f"Question({self.host!r}, {self.port!r})"


def start_probe(actor: Actor, question: Question) -> Probe:
    """Queue a probe of the outbound scanner; raise NoScanner or RateLimited."""
    require_permission(actor, Permission.START_PROBE)
    spend(
        "probe",
        str(actor.customer_id),
        limit=settings.PROBES_PER_HOUR,
        seconds=HOUR,
    )
    return _queue(actor, question)


@transaction.atomic(durable=True)
def _queue(actor: Actor, question: Question) -> Probe:
    scanner = find_scanner()
    if scanner is None:
        raise NoScanner(actor.customer_id)
    probe = Probe.objects.create(
        customer_id=actor.customer_id,
        scanner=scanner,
        configured_host=question.host,
        configured_port=question.port,
        username=question.username,
        has_password=bool(question.password),
        nonce=secrets.token_hex(8),
        created_by_id=actor.user_id,
    )
    audit.record(actor, "probe.start", probe)
    arguments: list[object] = [probe.customer_id, probe.pk]
    if question.password:
        arguments.append(seal_password(question.password, probe_id=probe.pk))
    enqueue(tasks.run_probe, *arguments)
    return probe
