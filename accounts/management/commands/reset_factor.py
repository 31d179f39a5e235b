"""Take somebody's second factors away: `reset_factor EMAIL --reason TEXT`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.actions.factors import reset_factor
from accounts.management.arguments import find_person, read_reason


class Command(BaseCommand):
    """For the last admin who lost the phone; audited, and told by mail."""

    help = "Remove all second factors of a person, who enrols anew at the next log-in."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the person and why."""
        parser.add_argument("email")
        parser.add_argument("--reason", required=True)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Reset, or say that there is nobody."""
        reason = read_reason(options["reason"])
        user = find_person(options["email"])
        removed = reset_factor(user, reason=reason)
        self.stdout.write(
            f"{removed} second factor(s) removed; the person is told by mail"
        )
