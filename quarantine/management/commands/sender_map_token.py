"""Draws or revokes the operator's token: `sender_map_token new|rotate|revoke`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.urls import reverse

from quarantine.actions.map_tokens import create_site_token, revoke_site_tokens


class Command(BaseCommand):
    """For the map of all customers' sender rules; audited."""

    help = "Draws a token for the filter's map of senders and revokes older ones."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to do."""
        parser.add_argument("act", choices=["new", "rotate", "revoke"])

    def handle(self, *_args: Any, act: str, **_options: Any) -> None:
        """Print the path of a new map, how many tokens ended."""
        kept = None
        if act != "revoke":
            kept, token = create_site_token()
            self.stdout.write(reverse("quarantine:sender_map", args=[token]))
        if act != "new":
            ended = revoke_site_tokens(but=kept)
            self.stderr.write(f"{ended} token(s) revoked")
