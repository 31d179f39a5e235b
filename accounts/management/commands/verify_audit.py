"""Check the audit chain: exit 1 names the first broken entry."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.audit import find_broken_event
from accounts.models import AuditEvent


class Command(BaseCommand):
    """Reads all sealed events, oldest first; names the tail that is not sealed yet."""

    help = "Check the audit chain and name the unsealed tail."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Say what holds and what does not."""
        broken = find_broken_event()
        if broken is not None:
            message = (
                f"chain broken at entry {broken.pk} (sequence {broken.sequence}, "
                f"{broken.action}, {broken.at.isoformat()})"
            )
            raise CommandError(message)
        sealed = AuditEvent.objects.exclude(sequence=None).count()
        tail = AuditEvent.objects.filter(sequence=None).order_by("pk")
        self.stdout.write(f"{sealed} entries sealed, the chain holds")
        first, count = tail.first(), tail.count()
        if first is not None:
            self.stdout.write(
                f"{count} not sealed yet, from entry {first.pk} "
                f"({first.action}, {first.at.isoformat()})"
            )
