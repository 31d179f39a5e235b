"""The whole demo in a process tree of its own, on private ports and folders."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.services.ports import free_ports

ROOT = Path(__file__).parents[2]
PASSWORD = "vier-Tassen-Kaffee-am-Morgen"
STOP_SECONDS = 30
# Members of the demo's customer, and staff, who have done nothing yet.
MAKE_NEWCOMERS = """
from django.conf import settings
from accounts.models import Domain, Membership, User
customer = Domain.objects.get(name="muster.example").customer
for email in {emails}:
    role = "support" if email.endswith("@cleanmail.example") else ""
    user = User.objects.create_user(email, settings.DEMO_PASSWORD, staff_role=role)
    if not role:
        Membership.objects.create(user=user, customer=customer)
"""


@dataclass(frozen=True)
class Demo:
    """A running demo."""

    url: str
    folder: Path
    environment: dict[str, str]
    scanner_port: int
    output: str

    @property
    def next_hop(self) -> Path:
        """Return the folder where the next hop keeps what it received."""
        return self.folder / "demo" / "next-hop"

    def manage(self, *command: str) -> subprocess.CompletedProcess[bytes]:
        """Run a management command within the demo's installation."""
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *command],
            env=self.environment, capture_output=True, check=False, cwd=ROOT,
        )  # fmt: skip

    def add_people(self, *emails: str) -> None:
        """Make people with the demo's password; staff by their domain."""
        made = self.manage("shell", "-c", MAKE_NEWCOMERS.format(emails=emails))
        assert made.returncode == 0, made.stderr.decode()


def _environment(folder: Path, ports: list[int], host: str) -> dict[str, str]:
    web, intake, next_hop, first, second, names = ports
    own = {
        "READ_DOTENV": "0",
        "DEBUG": "0",
        "HTTPS": "0",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "SMS_GATEWAYS": "file",
        "SECRET_KEY": "only-for-tests",
        "KEY_RING": "t1:dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q=",
        "VAR_DIR": str(folder),
        "STORE_DIR": str(folder / "store"),
        "BROKER_DIR": str(folder / "broker"),
        "DEMO_PASSWORD": PASSWORD,
        "PORTAL_URL": f"http://{host}:{web}",
        "INTAKE_LISTEN": f"127.0.0.1:{intake}",
        "INTAKE_AUTHSERV_ID": "filter.muster.example",
        "DEMO_NEXT_HOP_PORT": str(next_hop),
        "DEMO_SCANNER_PORTS": f"{first},{second}",
        "ALLOWED_PORTS": f"25,465,587,2525,{next_hop},{first},{second}",
        "ALLOWED_NETWORKS": "127.0.0.0/8,::1/128",
        "DEMO_DNS_PORT": str(names),
        "DNS_PORT": str(names),
        "DNS_RESOLVERS": "127.0.0.1",
        "MAIL_EXCHANGERS": "mx1.cleanmail.example,mx2.cleanmail.example",
        "SPF_INCLUDE": "_spf.cleanmail.example",
        "EMAIL_URL": "smtp://127.0.0.1:25",
        "EMAIL_OUTBOX_DIR": str(folder / "demo" / "outbox"),
    }
    return {**os.environ, **own}


def _read_greeting(process: subprocess.Popen[str]) -> str:
    lines = []
    for line in process.stdout or ():
        lines.append(line)
        if line.startswith("Ctrl-C"):
            return "".join(lines)
    message = "the demo did not start:\n" + "".join(lines)
    raise RuntimeError(message)


@contextmanager
def demo(
    *,
    database_url: str = "",
    redis_url: str = "",
    host: str = "127.0.0.1",
    **changes: str,
) -> Iterator[Demo]:
    """Start the demo (SQLite and the folder broker unless told otherwise); end it.

    `host` is how browsers call it: passkeys want a name, "localhost". `changes` are
    environment variables.
    """
    ports = free_ports(6)
    with tempfile.TemporaryDirectory(prefix="cleanmail-demo-") as name:
        folder = Path(name)
        environment = _environment(folder, ports, host) | {
            "DATABASE_URL": database_url or f"sqlite:///{folder}/demo.sqlite3",
            "REDIS_URL": redis_url,
        }
        environment |= changes
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run_demo", "--port", str(ports[0])],
            env=environment, cwd=ROOT, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            yield Demo(
                url=f"http://{host}:{ports[0]}",
                folder=folder,
                environment=environment,
                scanner_port=ports[3],
                output=_read_greeting(process),
            )
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(STOP_SECONDS)
            if process.stdout:
                process.stdout.close()
