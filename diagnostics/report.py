"""The JSON of probe, agent and judge: version 1, additions only."""

from datetime import datetime
from typing import Any, Dict, List

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


def make_report(  # noqa: PLR0913 - keywords, each a field of it
    evidence: List[Evidence],
    findings: List[Finding],
    *,
    started_at: datetime,
    seconds: float,
    language: str,
    vantage: str = VANTAGE,
) -> Dict[str, Any]:
    """Return what others read; a password is nowhere in it."""
    return {
        "version": VERSION,
        "started_at": started_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "duration_seconds": round(seconds, 3),
        "vantage": vantage,
        "evidence": [dict(item._asdict()) for item in evidence],
        "causes": [describe_cause(finding, language) for finding in findings],
    }


def describe_cause(finding: Finding, language: str) -> Dict[str, Any]:
    """Return one cause, worded."""
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


def title_lines(cause: Dict[str, Any]) -> List[str]:
    """Return how sure a described cause is, its slug, and what helps."""
    return [
        "{:.0%}  {}".format(cause["confidence"], cause["slug"]),
        "      {} {}".format(cause["title"], cause["remedy"]),
    ]


def cause_lines(cause: Dict[str, Any]) -> List[str]:
    """Return a described cause for a terminal, with why and what would tell more."""
    lines = title_lines(cause) + ["      - " + reason for reason in cause["because"]]
    if cause["next_check"]:
        lines.append("      ? " + cause["next_check"])
    return lines
