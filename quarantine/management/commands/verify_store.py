"""Checks that every held message can be read as it came."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError

from quarantine.inventory import take_inventory


class Command(BaseCommand):
    """`manage.py verify_store`."""

    requires_system_checks = ()
    help = "Reads all held content; exit 1 names what is lost and orphan segments."

    def handle(self, *_args: object, **_options: object) -> None:
        """Read, count, say."""
        found = take_inventory()
        print(f"messages readable: {found.readable}")
        print(f"messages erased: {found.erased}")
        print(f"unreferenced ranges: {found.gaps} ({found.gap_bytes} bytes)")
        for lost in found.lost:
            self.stderr.write(f"content lost: message {lost}")
        for orphan in found.orphans:
            self.stderr.write(f"orphan segment: {orphan}")
        if not found.is_sound:
            raise CommandError("the store is not sound")
