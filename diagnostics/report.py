"""The JSON of probe, agent and judge: version 1, additions only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from diagnostics.causes import (
    CATALOGUE,
    next_check_text,
    reason_text,
    title_and_remedy,
)
from diagnostics.checks.evidence import Evidence
from diagnostics.verdicts import Finding

VERSION = 1
VANTAGE = "server"


def make_report(
    evidence: list[Evidence],
    findings: list[Finding],
    *,
    started_at: datetime,
    seconds: float,
    language: str,
) -> dict[str, Any]:
    """Return what others read; a password is nowhere in it."""
    return {
        "version": VERSION,
        "started_at": f"{started_at:%Y-%m-%dT%H:%M:%SZ}",
        "duration_seconds": round(seconds, 3),
        "vantage": VANTAGE,
        "evidence": [dict(item._asdict()) for item in evidence],
        "causes": [_cause(finding, language) for finding in findings],
    }


def _cause(finding: Finding, language: str) -> dict[str, Any]:
    title, remedy = title_and_remedy(finding.slug, language)
    return {
        "slug": finding.slug,
        "confidence": finding.confidence,
        "who": CATALOGUE[finding.slug].who,
        "because": [
            reason_text(reason.code, reason.values, language)
            for reason in finding.because
        ],
        "next_check": next_check_text(finding.next_check, language) or None,
        "title": title,
        "remedy": remedy,
    }
