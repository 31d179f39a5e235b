"""`manage.py explain`: pasted error text → causes, without database or secret."""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from diagnostics.error_text import VANTAGE, as_evidence
from diagnostics.report import make_report, title_lines
from diagnostics.verdicts.together import View, judge_together

NOTHING_NAMED, CAUSE_NAMED, USAGE = 0, 1, 2
# More than is ever read of it: the rest of a log that somebody pipes in is left.
READ_BYTES = 16 * 1024 * 1024


class Command(BaseCommand):
    """Works on any text, whoever has the shell."""

    help = "Name the causes that a pasted error text or bounce fits."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare what `docs` and other programs rely on."""
        parser.add_argument("text", nargs="?", default="-", help="the text, or -")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *_args: str, **options: Any) -> None:
        """Explain the text; exit 0 no cause named, 1 causes named, 2 usage."""
        text = options["text"]
        if text == "-":
            text = sys.stdin.buffer.read(READ_BYTES).decode("utf-8", "replace")
        if not text.strip():
            raise CommandError("no text", returncode=USAGE)
        started_at, since = datetime.now(UTC), time.monotonic()
        found = as_evidence(text)
        causes = judge_together([View(VANTAGE, found)])
        report = make_report(
            found,
            causes,
            started_at=started_at,
            seconds=time.monotonic() - since,
            language=settings.LANGUAGE_CODE,
            vantage=VANTAGE,
        )
        if options["as_json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            self._conclude(report)
        sys.exit(CAUSE_NAMED if causes else NOTHING_NAMED)

    def _conclude(self, report: dict[str, Any]) -> None:
        for item in report["evidence"]:
            for line in item["transcript"]:
                self.stdout.write(f"      {line}")
        for cause in report["causes"]:
            self.stdout.write("\n".join(title_lines(cause)))
        checks = {cause["next_check"] for cause in report["causes"]} - {None}
        for check in sorted(checks):
            self.stdout.write(f"?     {check}")
        if not report["causes"]:
            self.stdout.write("nothing in this text names a cause")
