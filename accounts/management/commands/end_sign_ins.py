"""End log-ins: `end_sign_ins EMAIL --reason TEXT`, or `--all` for everybody."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.actions.sign_ins import end_sign_ins_by_operator
from accounts.management.arguments import find_person, read_reason
from accounts.sessions import list_people_with_sign_ins


class Command(BaseCommand):
    """For a stolen device or a leak; audited, and told by mail."""

    help = "End all log-ins and trusted browsers of a person, or of everybody."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whose and why."""
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("email", nargs="?", default="")
        whose.add_argument("--all", action="store_true")
        parser.add_argument("--reason", required=True)

    def handle(self, *_args: Any, **options: Any) -> None:
        """End them, or say that there is nobody."""
        reason = read_reason(options["reason"])
        if options["all"]:
            people = list(list_people_with_sign_ins())
        else:
            people = [find_person(options["email"])]
        ended = [end_sign_ins_by_operator(user, reason=reason) for user in people]
        self.stdout.write(f"{sum(ended)} log-in(s) of {len(ended)} person(s) ended")
