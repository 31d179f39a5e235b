"""Make the operator's first customer: `create_customer NAME DOMAIN ADMIN`."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from accounts.actions.customers import create_customer
from accounts.domain_names import parse_domain
from accounts.errors import DomainNameRefused, DomainTaken
from accounts.log_in_names import normalize
from accounts.mail import password_link


class Command(BaseCommand):
    """Prints the link where the admin sets a password; it is not mailed."""

    help = "Make a customer, its domain and its admin; prints a set-password link."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the customer's name, domain and admin."""
        parser.add_argument("name")
        parser.add_argument("domain")
        parser.add_argument("admin", help="e-mail address of the customer's admin")
        parser.add_argument("--next-hop", default="", help="host to release mail to")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make them all, or say what stands in the way."""
        domain = options["domain"]
        try:
            domain = parse_domain(domain)
            validate_email(normalize(options["admin"]))
            admin = create_customer(
                options["name"],
                domain,
                admin=options["admin"],
                next_hop=options["next_hop"],
            )
        except (ValidationError, DomainNameRefused) as error:
            raise CommandError("domain or e-mail address is not valid") from error
        except DomainTaken as error:
            message = f"{domain} belongs to a customer already"
            raise CommandError(message) from error
        self.stdout.write(password_link(admin))
        if not options["next_hop"]:
            self.stderr.write("No --next-hop: set the domain's next server in admin.")
