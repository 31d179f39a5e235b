"""Files of evidence, as `judge` is given them, read into what each end saw."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from diagnostics.checks.evidence import FAILED, OK, SKIPPED, WARNING, Evidence
from diagnostics.errors import ReportUnreadable
from diagnostics.verdicts.scene import SERVER
from diagnostics.verdicts.together import VANTAGES, View

STATUSES = (OK, WARNING, FAILED, SKIPPED)


def read_text(path: Path) -> str:
    """Return what stands in the file, odd bytes replaced; raise ReportUnreadable."""
    try:
        return path.read_bytes().decode("utf-8", errors="replace")
    except OSError as error:
        raise ReportUnreadable(path, error.strerror) from error


def read_report(path: Path) -> View:
    """Read the JSON of a probe or of the agent; `{}` is an end that saw nothing.

    Raises ReportUnreadable for what is no such JSON.
    """
    try:
        report = json.loads(read_text(path) or "{}")
    except ValueError as error:
        raise ReportUnreadable(path, str(error)) from error
    if not isinstance(report, dict):
        raise ReportUnreadable(path, "not a report")
    vantage = report.get("vantage", SERVER)
    if vantage not in VANTAGES:
        raise ReportUnreadable(path, f"unknown vantage {vantage!r}")
    try:
        return View(vantage, [_evidence(one) for one in report.get("evidence", ())])
    except (KeyError, TypeError, ValueError) as error:
        raise ReportUnreadable(path, f"no evidence: {error!r}") from error


def _evidence(item: dict[str, Any]) -> Evidence:
    facts, transcript = item.get("facts") or {}, item.get("transcript") or []
    if item["status"] not in STATUSES or not isinstance(facts, dict):
        raise ValueError(item["status"])
    return Evidence(
        str(item["check"]),
        str(item.get("subject", "")),
        str(item["status"]),
        float(item.get("duration_seconds", 0.0)),
        facts,
        [str(line) for line in transcript],
    )
