"""Check the audit chain: exit 1 names the first broken entry."""

from __future__ import annotations

import argparse
import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.audit_chain import Fault, Finding, Mark, find_head, keep_finding, verify
from accounts.models import AuditEvent

WORDS = {
    Fault.NO_HEAD: "the head is gone",
    Fault.HEAD_FORGED: "the head was not written by us",
    Fault.ALTERED: "an entry was altered",
    Fault.MISSING: "an entry is missing",
    Fault.END_MISSING: "the newest entries are missing or others",
    Fault.END_ADDED: "entries were added after the end",
    Fault.OTHER_HISTORY: "the noted head is not part of it",
}


def parse_mark(text: str) -> Mark:
    """Read a head as the log and the exports write it."""
    if not re.fullmatch(r"\d+:[0-9a-f]{64}", text):
        raise argparse.ArgumentTypeError("COUNT:HASH")
    count, _, last_hash = text.partition(":")
    return Mark(int(count), last_hash)


class Command(BaseCommand):
    """Reads all sealed events, oldest first; names the tail that is not sealed yet."""

    help = "Check the audit chain and name the unsealed tail."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a head from outside: an old backup put in place of the log shows."""
        parser.add_argument(
            "--head",
            type=parse_mark,
            help="a head COUNT:HASH noted before, of a log line or an export",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Say what holds and what does not."""
        finding = verify(options["head"])
        keep_finding(finding)
        if finding.fault is not None:
            raise CommandError(_say(finding, finding.fault))
        self.stdout.write(f"{finding.count} entries sealed, the chain holds")
        self.stdout.write(f"head {find_head()}")
        tail = AuditEvent.objects.filter(sequence=None).order_by("pk")
        first, count = tail.first(), tail.count()
        if first is not None:
            self.stdout.write(
                f"{count} not sealed yet, from entry {first.pk} "
                f"({first.action}, {first.at.isoformat()})"
            )


def _say(finding: Finding, fault: Fault) -> str:
    said = f"chain broken after {finding.count} entries: {WORDS[fault]}"
    event = finding.event
    if event is None:
        return said
    return (
        f"{said}; at entry {event.pk} (sequence {event.sequence}, "
        f"{event.action}, {event.at.isoformat()})"
    )
