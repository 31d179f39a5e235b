"""What a probe of a domain or of its next hop does, and what accounts hears of it."""

from __future__ import annotations

from accounts.actions.domains import note_control
from diagnostics import targets
from diagnostics.checks.evidence import Emit, Evidence
from diagnostics.domain_checks.next_hop import run_next_hop
from diagnostics.domain_checks.run import run_domain_checks
from diagnostics.domain_rules import is_controlled
from diagnostics.errors import ProbeGone
from diagnostics.models import Probe


def run_about_domain(probe: Probe, save: Emit) -> None:
    """Run the checks; raise ProbeGone if the domain or the probe went meanwhile."""
    domain = probe.domain
    if domain is None:
        raise ProbeGone(probe.pk)
    if probe.kind == Probe.Kind.NEXT_HOP:
        run_next_hop(targets.make_hop(probe, domain), save)
        return

    def keep(found: Evidence) -> None:
        save(found)
        # At once: what comes after may take longer than this worker lives.
        if found.check == "dns-control":
            note_control(domain.pk, found=is_controlled(found.facts))

    run_domain_checks(targets.make_subject(domain), keep)
