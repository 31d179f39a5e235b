"""Erases a customer for good: `erase_customer ID|NAME [--yes]`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import ProtectedError

from accounts.errors import CustomerActive
from accounts.models import Customer
from cleanmail.erasure import erase_customer


class Command(BaseCommand):
    """No way back but a backup. Stopped, it goes on when started again."""

    help = "Leave no row and no key of a customer who is no longer active."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the customer, and whether to ask."""
        parser.add_argument("customer", help="id, or the name if only one has it")
        parser.add_argument(
            "--yes", action="store_true", help="do not ask: only with the id"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Ask for the name, then erase."""
        customer = _find(options["customer"])
        if not options["yes"]:
            self.stdout.write(f"{customer.name} ({customer.pk}): all of it goes.")
            if input("Type the customer's name: ").strip() != customer.name:
                raise CommandError("that is not the name: nothing was erased")
        elif options["customer"] != str(customer.pk):
            raise CommandError("--yes takes the id, not the name")
        try:
            erase_customer(customer, self._tell)
        except CustomerActive as error:
            message = "the customer is active: untick that in Django admin first"
            raise CommandError(message) from error
        except ProtectedError as error:
            message = "rows came in meanwhile: start the command again"
            raise CommandError(message) from error
        self.stdout.write("erased")

    def _tell(self, what: str, count: int) -> None:
        self.stdout.write(f"{what}: {count}")


def _find(said: str) -> Customer:
    try:
        customers = Customer.objects.filter(pk=UUID(said))
    except ValueError:
        customers = Customer.objects.filter(name=said)
    try:
        return customers.get()
    except Customer.DoesNotExist as error:
        raise CommandError("there is no such customer") from error
    except Customer.MultipleObjectsReturned as error:
        raise CommandError("several customers have that name: take the id") from error
