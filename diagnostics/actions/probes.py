"""What happens when somebody presses a button of diagnostics."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from accounts import audit
from accounts.enqueue import enqueue
from accounts.errors import NotPermitted
from accounts.models import Domain
from accounts.tenancy import Actor, Permission, require_permission
from accounts.throttles import spend
from diagnostics import domain_probes, tasks
from diagnostics.access.probes import find_scanner
from diagnostics.actions.agents import make_line
from diagnostics.errors import ForeignRecipient, NoScanner, NotVerified
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
        nonce=domain_probes.draw_nonce(),
        created_by_id=actor.user_id,
    )
    make_line(probe)
    audit.record(actor, "probe.start", probe)
    arguments: list[object] = [probe.customer_id, probe.pk]
    if question.password:
        arguments.append(seal_password(question.password, probe_id=probe.pk))
    enqueue(tasks.run_probe, *arguments)
    return probe


def check_domain(domain: Domain, *, actor: Actor | None = None) -> Probe:
    """Queue a probe of the domain's records; return the one that waits if there is one.

    Raises NotPermitted and RateLimited. Without an actor it is ours: nothing limits it.
    """
    _allow(domain, actor, "domain")
    return _queue_check(domain, Probe.Kind.DOMAIN, "", actor)


def check_next_hop(
    domain: Domain, *, test_recipient: str, actor: Actor | None = None
) -> Probe:
    """Queue a probe of the next hop that names the test address and sends nothing.

    Raises NotPermitted, RateLimited, NotVerified and ForeignRecipient.
    """
    if domain.verified_at is None:
        raise NotVerified(domain.pk)
    if not domain_probes.is_own_recipient(domain, test_recipient):
        raise ForeignRecipient(domain.pk)
    _allow(domain, actor, "next-hop")
    return _queue_check(domain, Probe.Kind.NEXT_HOP, test_recipient, actor)


def _allow(domain: Domain, actor: Actor | None, scope: str) -> None:
    if actor is None:
        return
    require_permission(actor, Permission.MANAGE_DOMAINS)
    if domain.customer_id != actor.customer_id:
        raise NotPermitted(domain.pk)
    for subject, limit in (
        (f"domain {domain.pk}", settings.DOMAIN_CHECKS_PER_HOUR),
        (f"customer {domain.customer_id}", settings.PROBES_PER_HOUR),
    ):
        spend(f"probe.{scope}", subject, limit=limit, seconds=HOUR)


@transaction.atomic(durable=True)
def _queue_check(
    domain: Domain, kind: Probe.Kind, test_recipient: str, actor: Actor | None
) -> Probe:
    probe = domain_probes.make_probe(
        domain,
        kind,
        test_recipient=test_recipient,
        created_by_id=actor.user_id if actor else None,
    )
    if actor is not None:
        audit.record(actor, f"{kind}.check", probe)
    enqueue(tasks.run_probe, probe.customer_id, probe.pk)
    return probe
