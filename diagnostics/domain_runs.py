"""What a probe of a domain or of its next hop does, and what accounts hears of it."""

from __future__ import annotations

from dataclasses import replace

from accounts.actions.domains import note_control
from accounts.models import Domain
from diagnostics import targets, turns
from diagnostics.checks.evidence import Emit, Evidence
from diagnostics.domain_checks.next_hop import run_next_hop
from diagnostics.domain_checks.run import run_domain_checks
from diagnostics.domain_rules import is_controlled
from diagnostics.errors import ProbeGone
from diagnostics.models import Probe


def run_about_domain(probe: Probe, save: Emit) -> None:
    """Run the checks; raise ProbeGone if domain or probe went, or TargetBusy."""
    domain = probe.domain
    if domain is None:
        raise ProbeGone(probe.pk)
    if probe.kind == Probe.Kind.NEXT_HOP:
        _run_next_hop(probe, domain, save)
        return

    def keep(found: Evidence) -> None:
        save(found)
        # At once: what comes after may take longer than this worker lives.
        if found.check == "dns-control":
            note_control(domain.pk, found=is_controlled(found.facts))

    run_domain_checks(targets.make_subject(domain), keep)


def _run_next_hop(probe: Probe, domain: Domain, save: Emit) -> None:
    hop = targets.make_hop(probe, domain)

    def resolve() -> tuple[str, ...]:
        addresses = hop.resolve()
        turns.move_to(probe, addresses)
        return addresses

    run_next_hop(replace(hop, resolve=resolve), save)
