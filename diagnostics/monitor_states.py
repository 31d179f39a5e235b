"""What one probe says of the state of its monitor."""

from __future__ import annotations

from diagnostics import domain_verdict
from diagnostics.models import Monitor, Probe


def state_of(probe: Probe) -> str:
    """Return what the probe says of the monitor, "" where it says nothing."""
    if probe.state != Probe.State.FINISHED:
        return ""
    if probe.kind == Probe.Kind.OUTBOUND:
        return probe.first_cause or Monitor.HEALTHY
    finding = domain_verdict.judge(probe)[0]
    if finding.level == domain_verdict.Level.UNKNOWN:
        return ""
    return finding.code if finding.is_bad else Monitor.HEALTHY
