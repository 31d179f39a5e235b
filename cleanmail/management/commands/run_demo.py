"""Runs the whole demo on loopback until Ctrl-C."""

from __future__ import annotations

import os
import subprocess
import sys

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cleanmail.demo.certificates import make_certificates
from cleanmail.demo.supervisor import Supervisor, write_dotenv
from quarantine.models import Hold


class Command(BaseCommand):
    """Write .env once, migrate, start everything, send the demo's mail in."""

    help = "Runs the demo: web, worker, beat, intake, next hop, outbound scanner."

    def add_arguments(self, parser: CommandParser) -> None:
        """Let the web port be chosen."""
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *_arguments: object, **options: object) -> None:
        """Run until a signal or until a process dies."""
        port = int(str(options["port"]))
        dotenv = settings.BASE_DIR / ".env"
        if not dotenv.exists() and not settings.DEMO_PASSWORD:
            write_dotenv(dotenv, port)
            # The settings were read before .env stood there: start again with them.
            again = [sys.executable, sys.argv[0], "run_demo", "--port", str(port)]
            os.execv(sys.executable, again)  # noqa: S606 - ourselves
        self._prepare()
        supervisor = Supervisor(port)
        try:
            supervisor.start()
            self._wait_until_ready(supervisor)
            self._greet(port)
            died = supervisor.wait()
        finally:
            supervisor.stop()
        if died:
            message = f"{died} ended by itself; see {supervisor.logs / died}.log"
            raise CommandError(message)

    def _prepare(self) -> None:
        make_certificates(
            settings.DEMO_DIR, host=settings.DEMO_SCANNER_HOST, address="127.0.0.1"
        )
        if not settings.DEBUG:
            call_command("collectstatic", interactive=False, verbosity=0)
        call_command("migrate", verbosity=0)
        call_command("demo", people_only=True)

    def _wait_until_ready(self, supervisor: Supervisor) -> None:
        intake_port = int(settings.INTAKE_LISTEN.rpartition(":")[2])
        ready = supervisor.wait_for_port(intake_port) and supervisor.wait_for_port(
            settings.DEMO_NEXT_HOP_PORT
        )
        if ready and not Hold.objects.exists():
            command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "demo"]
            subprocess.run(  # noqa: S603 - ourselves
                command,
                check=True,
                stdout=subprocess.DEVNULL,
                env=supervisor.environment,
            )
        if not ready or not supervisor.wait_for_page():
            died = supervisor.dead() or "web"
            message = f"{died} did not start; see {supervisor.logs / died}.log"
            raise CommandError(message)

    def _greet(self, port: int) -> None:
        people = {
            "anna@muster.example": "end user",
            "admin@muster.example": "customer admin",
            "support@cleanmail.example": "support staff",
            "eva@fremd.example": "admin of another customer",
        }
        self.stdout.write(f"ready: http://127.0.0.1:{port}")
        for email, role in people.items():
            self.stdout.write(f"  {email:<28}{role}")
        self.stdout.write(f"  password of all: {settings.DEMO_PASSWORD}")
        scanner_ports = ", ".join(str(number) for number in settings.DEMO_SCANNER_PORTS)
        self.stdout.write(
            f"  outbound scanner: {settings.DEMO_SCANNER_HOST} port {scanner_ports}, "
            f"user {settings.DEMO_SCANNER_USERNAME}, the same password"
        )
        self.stdout.write(
            f"  mail and SMS that it sends: http://127.0.0.1:{port}/outbox/"
        )
        self.stdout.write("Ctrl-C ends all of it.")
        self.stdout.flush()
