"""Writes the bytes of held content to whoever has the shell, and audits it."""

from __future__ import annotations

import sys
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from accounts.audit import record_event
from quarantine.errors import ContentErased, ContentLost
from quarantine.models import Message
from quarantine.store import open_content


class Command(BaseCommand):
    """`manage.py content SHA256`."""

    requires_system_checks = ()
    help = "Writes the stored content with that SHA-256 to standard output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the hash."""
        parser.add_argument("sha256")

    def handle(self, *_args: object, **options: object) -> None:
        """Note the reading, then write; of several copies one that is not erased."""
        wanted = str(options["sha256"]).lower()
        copies = Message.objects.filter(content_sha256=wanted)
        message = copies.exclude(wrapped_key=None).first() or copies.first()
        if message is None:
            raise CommandError("no message has content with that SHA-256")
        record_event(
            "content_read_by_command", message, customer_id=message.customer_id
        )
        try:
            for piece in open_content(message):
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
        except (ContentErased, ContentLost) as error:
            kind = "erased" if isinstance(error, ContentErased) else "lost"
            text = f"content of message {message.pk} is {kind}"
            raise CommandError(text) from error
