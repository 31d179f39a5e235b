"""Runs the demo's next hop and outbound scanner."""

from __future__ import annotations

import asyncio

from django.core.management.base import BaseCommand

from cleanmail.demo.servers import serve


class Command(BaseCommand):
    """Serve until SIGTERM."""

    help = "Runs the demo's next hop and outbound scanner on loopback."

    def handle(self, *_arguments: object, **_options: object) -> None:
        """Serve."""
        asyncio.run(serve())
