"""The LMTP server for held mail."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.enqueue import enqueue
from quarantine.intake.filters import Filter
from quarantine.intake.server import bind, name_of, serve
from quarantine.models import Hold
from quarantine.tasks import reinject


def _wake(hold: Hold) -> None:
    enqueue(reinject, hold.customer_id, hold.pk)


class Command(BaseCommand):
    """`manage.py intake [--listen host:port] [--filter name]`."""

    requires_system_checks = ()
    help = "Takes held mail over LMTP until SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer --listen and --filter."""
        parser.add_argument("--listen", default=settings.INTAKE_LISTEN)
        parser.add_argument(
            "--filter",
            default=settings.INTAKE_FILTER,
            choices=[str(name) for name in Filter],
            help="which filter stands before this listener; only its word counts",
        )

    def handle(self, *_args: object, **options: object) -> None:
        """Listen and serve."""
        listen = str(options["listen"])
        if options["filter"] not in list(Filter):
            message = f"intake: no such filter: {options['filter']}"
            raise CommandError(message)
        try:
            listening = bind(listen)
        except (OSError, ValueError) as error:
            message = f"intake: cannot listen on {listen}: {error}"
            raise CommandError(message) from error
        said = f"intake: listening on {name_of(listening)}"
        asyncio.run(
            serve(
                listening,
                filter_name=Filter(str(options["filter"])),
                wake=_wake,
                on_ready=lambda: print(said, flush=True),
            )
        )
