"""(Re)creates the demo's data: people, mail through the intake, what people did."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Domain
from cleanmail.demo.deeds import do_deeds
from cleanmail.demo.mail import send_letters
from cleanmail.demo.people import make_people
from diagnostics.actions.probes import check_domain, check_next_hop
from quarantine.models import Hold


class Command(BaseCommand):
    """Make the demo's people, send its mail in over LMTP, let them act on it."""

    help = "Makes the demo's customers and people and sends its mail to the intake."

    def add_arguments(self, parser: CommandParser) -> None:
        """Let the people be made before the intake runs."""
        parser.add_argument("--people-only", action="store_true")

    def handle(self, *_arguments: object, **options: object) -> None:
        """Make people; send mail unless told otherwise."""
        if not settings.DEMO_PASSWORD:
            raise CommandError("DEMO_PASSWORD is not set: make run writes one to .env")
        make_people()
        if options["people_only"]:
            return
        is_new = not Hold.objects.exists()
        try:
            count = send_letters()
        except OSError as error:
            message = f"no intake at {settings.INTAKE_LISTEN}: {error}"
            raise CommandError(message) from error
        if is_new:
            do_deeds()
        for domain in Domain.objects.filter(next_hop_host="127.0.0.1"):
            check_domain(domain)
            check_next_hop(domain, test_recipient=f"postmaster@{domain.name}")
        self.stdout.write(f"{count} messages sent to the intake")
