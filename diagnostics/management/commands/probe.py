"""`manage.py probe`: every check from this machine, without database or secret."""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from diagnostics.agent.options import add_expectations
from diagnostics.agent.terminal import drop_newline, evidence_line
from diagnostics.checks.evidence import Evidence, Target
from diagnostics.checks.run import run_checks
from diagnostics.report import cause_lines, make_report
from diagnostics.verdicts import judge
from diagnostics.verdicts.scene import AGENT

HEALTHY, CAUSE_FOUND, USAGE = 0, 1, 2
# Nobody waits at a page: a line that takes a second each way gets its time.
TOTAL_SECONDS = 30.0


class Command(BaseCommand):
    """Acts for whoever has the shell: the address guard does not apply."""

    help = "Check the way to an outbound scanner from this machine."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare what `docs` and other programs rely on."""
        parser.add_argument("host")
        add_expectations(parser)
        parser.add_argument("--password-stdin", action="store_true")
        parser.add_argument("--helo", default="")

    def handle(self, *_args: str, **options: Any) -> None:
        """Run the checks; exit 0 healthy, 1 a cause was found, 2 usage."""
        target = self._target(options)
        started_at, since = datetime.now(UTC), time.monotonic()
        show = (lambda _seen: None) if options["as_json"] else self._show
        found = run_checks(target, show)
        causes = judge(found, AGENT)  # whoever has the shell may stand anywhere
        if options["as_json"]:
            report = make_report(
                found,
                causes,
                started_at=started_at,
                seconds=time.monotonic() - since,
                language=settings.LANGUAGE_CODE,
            )
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            self._conclude(found, causes)
        sys.exit(CAUSE_FOUND if causes else HEALTHY)

    def _target(self, options: dict[str, Any]) -> Target:
        cafile, username = options["cafile"], options["username"]
        if cafile and not Path(cafile).is_file():
            message = f"no file {cafile}"
            raise CommandError(message, returncode=USAGE)
        if options["password_stdin"] and not username:
            raise CommandError("--password-stdin needs --username", returncode=USAGE)
        return Target(
            host=options["host"],
            nonce=secrets.token_hex(8),
            configured_host=options["host"],
            configured_ports=tuple(options["port"]),
            addresses=tuple(options["expect_address"]),
            pins=tuple(options["expect_pin"]),
            cafile=cafile,
            portal_url=options["portal_url"],
            helo=options["helo"],
            total_seconds=TOTAL_SECONDS,
            username=username,
            password=read_password() if options["password_stdin"] else None,
        )

    def _show(self, seen: Evidence) -> None:
        self.stdout.write(evidence_line(seen))
        self.stdout.flush()

    def _conclude(self, found: list[Evidence], causes: list[Any]) -> None:
        report = make_report(
            found,
            causes,
            started_at=datetime.now(UTC),
            seconds=0,
            language=settings.LANGUAGE_CODE,
        )
        self.stdout.write("")
        for cause in report["causes"]:
            self.stdout.write("\n".join(cause_lines(cause)))
        if not causes:
            self.stdout.write("healthy")


def read_password() -> str:
    """Read standard input byte for byte, one final newline dropped.

    Raises CommandError for what is not UTF-8: it could not be sent as it is.
    """
    try:
        return drop_newline(sys.stdin.buffer.read())
    except UnicodeDecodeError as error:
        message = "the password is not UTF-8"
        raise CommandError(message, returncode=USAGE) from error
