"""Judges the stored evidence of a probe afresh, as many times as anybody likes."""

from __future__ import annotations

from typing import Any

from diagnostics.models import Probe
from diagnostics.verdicts import Finding, judge
from diagnostics.verdicts.scene import SERVER


def judge_stored(probe: Probe) -> list[Finding]:
    """Return the causes that today's rules find in the probe's evidence."""
    seen = [item.as_observation() for item in probe.evidence.order_by("ordinal")]
    return judge(seen, SERVER)


def as_plain(findings: list[Finding]) -> list[dict[str, Any]]:
    """Return slug and confidence of each, to be stored and compared."""
    return [
        {"slug": one.slug, "confidence": round(one.confidence, 3)} for one in findings
    ]
