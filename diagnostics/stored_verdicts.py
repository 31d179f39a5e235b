"""Judges the stored evidence of a probe afresh, as many times as anybody likes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.models import Evidence, Probe
from diagnostics.verdicts import Finding, judge
from diagnostics.verdicts.scene import AGENT, SERVER


def by_vantage(evidence: Iterable[Evidence]) -> dict[str, list[Observation]]:
    """Return what each end saw, in the order in which it came."""
    found: dict[str, list[Observation]] = {}
    for item in evidence:
        found.setdefault(item.vantage, []).append(item.as_observation())
    return found


def judge_evidence(evidence: Iterable[Evidence]) -> list[Finding]:
    """Return the causes of a probe's evidence; whoever sends the mail sees most."""
    seen = by_vantage(evidence)
    vantage = AGENT if seen.get(AGENT) else SERVER
    return judge(seen.get(vantage, []), vantage)


def judge_stored(probe: Probe) -> list[Finding]:
    """Return the causes that today's rules find in the probe's evidence."""
    return judge_evidence(probe.evidence.order_by("ordinal"))


def as_plain(findings: list[Finding]) -> list[dict[str, Any]]:
    """Return slug and confidence of each, to be stored and compared."""
    return [
        {"slug": one.slug, "confidence": round(one.confidence, 3)} for one in findings
    ]
