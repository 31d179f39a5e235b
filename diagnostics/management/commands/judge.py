"""`manage.py judge`: files of several ends → one verdict; no database, no secret."""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from diagnostics.error_text import as_evidence
from diagnostics.errors import ReportUnreadable
from diagnostics.pasted import read_pasted
from diagnostics.report import cause_lines, make_report
from diagnostics.report_files import read_report, read_text
from diagnostics.scanner_log import read_sessions
from diagnostics.verdicts.together import (
    LOG,
    PASTED,
    TEXT,
    View,
    judge_together,
    vantages_that_looked,
)

HEALTHY, CAUSE_FOUND, USAGE = 0, 1, 2
TOGETHER = "together"


class Command(BaseCommand):
    """Reads files only: nothing is connected to."""

    help = "Judge the evidence of several ends together."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare what other programs rely on."""
        parser.add_argument(
            "--evidence",
            type=Path,
            action="append",
            default=[],
            help="JSON of probe or agent; an empty {} is accepted",
        )
        for name, what in (
            ("--text", "error message or log excerpt of the sending mail server"),
            ("--scanner-log", "the scanner's Postfix and Dovecot lines, mixed"),
        ):
            parser.add_argument(name, type=Path, help=what)
        parser.add_argument(
            "--pasted",
            type=Path,
            action="append",
            default=[],
            help="output of commands run by hand on the mail server",
        )
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *_args: str, **options: Any) -> None:
        """Exit 0 healthy, 1 a cause was found, 2 usage."""
        started_at, since = datetime.now(UTC), time.monotonic()
        try:
            views = _read_views(options)
        except ReportUnreadable as error:
            raise CommandError(str(error), returncode=USAGE) from error
        if not views:
            raise CommandError("nothing to judge: see --help", returncode=USAGE)
        causes = judge_together(views)
        report = make_report(
            [item for view in views for item in view.evidence],
            causes,
            started_at=started_at,
            seconds=time.monotonic() - since,
            language=settings.LANGUAGE_CODE,
        )
        _name_vantages(report, views)
        if options["as_json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            self._conclude(report)
        sys.exit(CAUSE_FOUND if causes else HEALTHY)

    def _conclude(self, report: dict[str, Any]) -> None:
        for cause in report["causes"]:
            self.stdout.write("\n".join(cause_lines(cause)))
        looked = ", ".join(report["vantages"])
        if not looked:
            self.stdout.write("nothing in it can be judged: nobody looked")
            return
        healthy = "" if report["causes"] else "healthy; "
        self.stdout.write(f"{healthy}looked from: {looked}")


def _read_views(options: dict[str, Any]) -> list[View]:
    """Return a view for each file; raise ReportUnreadable."""
    views = [read_report(path) for path in options["evidence"]]
    if options["text"]:
        views.append(View(TEXT, as_evidence(read_text(options["text"]))))
    if options["pasted"]:
        text = "\n".join(read_text(path) for path in options["pasted"])
        views.append(View(PASTED, read_pasted(text)))
    if options["scanner_log"]:
        lines = read_text(options["scanner_log"]).splitlines()
        views.append(View(LOG, read_sessions(lines)))
    return views


def _name_vantages(report: dict[str, Any], views: list[View]) -> None:
    """Say of the whole, and of each piece of evidence, who saw it."""
    report["vantages"] = vantages_that_looked(views)
    seen = [view.vantage for view in views for _item in view.evidence]
    for item, vantage in zip(report["evidence"], seen, strict=True):
        item["vantage"] = vantage
    different = set(report["vantages"])
    report["vantage"] = different.pop() if len(different) == 1 else TOGETHER
