"""Erases one mail's content: `erase_hold ID --reason TEXT`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.management.arguments import read_reason
from quarantine.actions.keeping import erase_as_operator
from quarantine.errors import NotErasable
from quarantine.models import Hold


class Command(BaseCommand):
    """Audited in the customer's log; there is no way back."""

    help = "Make the content of a hold's mail unreadable, for all its recipients."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the hold, as its address on the page has it, and why."""
        parser.add_argument("id", type=UUID)
        parser.add_argument("--reason", required=True)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Erase, or say what stands in the way."""
        reason = read_reason(options["reason"])
        try:
            recipients = erase_as_operator(options["id"], reason=reason)
        except Hold.DoesNotExist as error:
            raise CommandError("there is no such hold") from error
        except NotErasable as error:
            message = f"a recipient's hold of this mail is {error.why}"
            raise CommandError(message) from error
        self.stdout.write(f"content erased, for {recipients} recipient(s)")
