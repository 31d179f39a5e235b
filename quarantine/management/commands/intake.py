"""The LMTP server for held mail."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.enqueue import enqueue
from quarantine.intake.server import bind, name_of, serve
from quarantine.models import Hold
from quarantine.tasks import reinject


def _wake(hold: Hold) -> None:
    enqueue(reinject, hold.customer_id, hold.pk)


class Command(BaseCommand):
    """`manage.py intake [--listen host:port]`."""

    requires_system_checks = ()
    help = "Takes held mail over LMTP until SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer --listen."""
        parser.add_argument("--listen", default=settings.INTAKE_LISTEN)

    def handle(self, *_args: object, **options: object) -> None:
        """Listen and serve."""
        listen = str(options["listen"])
        try:
            listening = bind(listen)
        except (OSError, ValueError) as error:
            message = f"intake: cannot listen on {listen}: {error}"
            raise CommandError(message) from error
        said = f"intake: listening on {name_of(listening)}"
        asyncio.run(
            serve(listening, wake=_wake, on_ready=lambda: print(said, flush=True))
        )
