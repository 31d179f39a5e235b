"""`manage.py follow_scanner_log`: the outbound scanner's sessions, kept."""

from __future__ import annotations

import signal
from argparse import ArgumentParser
from pathlib import Path
from threading import Event

from django.core.management.base import BaseCommand, CommandError

from diagnostics.errors import LogFollowedTwice
from diagnostics.log_following import Follower


class Command(BaseCommand):
    """Reads on where it stopped, whoever stopped it; SIGTERM ends it after a batch."""

    help = "Keep the sessions that the outbound scanner's Postfix and Dovecot log."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer files and the journal."""
        parser.add_argument("paths", nargs="*", type=Path, metavar="PATH")
        parser.add_argument("--journal", default="", metavar="UNIT")
        parser.add_argument(
            "--once", action="store_true", help="read to the end and return"
        )

    def handle(self, *_args: object, **options: object) -> None:
        """Follow until told to end."""
        paths = [Path(str(path)).absolute() for path in options["paths"]]  # type: ignore[attr-defined]
        unit = str(options["journal"])
        if not paths and not unit:
            raise CommandError("follow_scanner_log: name a PATH or --journal UNIT")
        follower = Follower(paths, unit)
        try:
            if options["once"]:
                follower.catch_up()
                return
            stop = Event()
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stop.set())
            print("follow_scanner_log: following", flush=True)
            follower.follow(stop)
        except LogFollowedTwice as error:
            message = f"follow_scanner_log: another one follows {error}"
            raise CommandError(message) from error
