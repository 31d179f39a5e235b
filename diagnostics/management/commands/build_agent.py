"""`manage.py build_agent`: the agent as one file, without database or secret."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from diagnostics import agent_file


class Command(BaseCommand):
    """Writes the same bytes from the same sources."""

    help = "Write the agent, one Python file for the customer's server."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare where it goes."""
        parser.add_argument("--output", type=Path, required=True)

    def handle(self, *_args: str, **options: Any) -> None:
        """Write it and say by which hash it is known."""
        script = agent_file.build()
        options["output"].write_bytes(script)
        self.stdout.write(f"{agent_file.fingerprint(script)}  {options['output']}")
