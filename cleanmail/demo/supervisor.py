"""Starts all processes of the demo, waits until it is ready, ends them together."""

from __future__ import annotations

import base64
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from django.conf import settings

LOOPBACK = frozenset({"127.0.0.1", "localhost"})
# Not 53, which needs root, nor 5353, which multicast DNS has.
DNS_PORT = 5335
START_SECONDS = 90
STOP_SECONDS = 10


def write_dotenv(path: Path, port: int) -> None:
    """Write the demo's settings once; what stands there already stays."""
    if path.exists():
        return
    ring = base64.b64encode(secrets.token_bytes(32)).decode()
    scanner_ports = ",".join(str(number) for number in settings.DEMO_SCANNER_PORTS)
    ports = f"{settings.DEMO_NEXT_HOP_PORT},{scanner_ports}"
    lines = [
        "# The demo's settings, written once by `make run`; docs/configuration.md.",
        # Without DEBUG the demo shows the portal's own error pages.
        "ALLOWED_HOSTS=127.0.0.1,localhost",
        "HTTPS=0",
        "SUPPORT_ADDRESS=support@cleanmail.example",
        "SMS_GATEWAYS=file",
        f"SECRET_KEY={secrets.token_urlsafe(50)}",
        f"KEY_RING=demo:{ring}",
        f"DEMO_PASSWORD={secrets.token_urlsafe(12)}",
        f"PORTAL_URL=http://127.0.0.1:{port}",
        f"ALLOWED_PORTS=25,465,587,2525,{ports}",
        "ALLOWED_NETWORKS=127.0.0.0/8,::1/128",
        "INTAKE_AUTHSERV_ID=filter.muster.example",
        f"EMAIL_OUTBOX_DIR={settings.DEMO_DIR / 'outbox'}",
        f"DEMO_DNS_PORT={DNS_PORT}",
        f"DNS_PORT={DNS_PORT}",
        "DNS_RESOLVERS=127.0.0.1",
        "MAIL_EXCHANGERS=mx1.cleanmail.example,mx2.cleanmail.example",
        "SPF_INCLUDE=_spf.cleanmail.example",
    ]
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n")


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Supervisor:
    """The demo's processes, from start to end."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.logs = settings.VAR_DIR / "log"

    @property
    def environment(self) -> dict[str, str]:
        """What the processes run in: links in mails lead to this run's port."""
        own = dict(os.environ)
        host = urlsplit(settings.PORTAL_URL).hostname
        if host in LOOPBACK:
            own["PORTAL_URL"] = f"http://{host}:{self.port}"
        return own

    def _commands(self) -> dict[str, list[str]]:
        python, manage = sys.executable, str(settings.BASE_DIR / "manage.py")
        celery = [python, "-m", "celery", "-A", "cleanmail.celery"]
        gunicorn = [python, "-m", "gunicorn", "cleanmail.wsgi", "--no-control-socket"]
        return {
            "intake": [python, manage, "intake"],
            "demo-servers": [python, manage, "demo_servers"],
            "web": [
                *gunicorn,
                *("--bind", f"127.0.0.1:{self.port}", "--threads", "8"),
            ],
            "worker": [*celery, "worker", "--concurrency", "2", "-l", "INFO"],
            "beat": [*celery, "beat", "-s", str(settings.VAR_DIR / "beat")],
        }

    def start(self) -> None:
        """Start every process, its output in a log file of its own."""
        self.logs.mkdir(parents=True, exist_ok=True)
        for name, command in self._commands().items():
            with (self.logs / f"{name}.log").open("ab") as log:
                self.children[name] = subprocess.Popen(  # noqa: S603 - our own commands
                    command,
                    cwd=settings.BASE_DIR,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    env=self.environment,
                )

    def dead(self) -> str:
        """Return the name of a process that ended by itself, empty if none did."""
        ended = (n for n, child in self.children.items() if child.poll() is not None)
        return next(ended, "")

    def wait_for_port(self, port: int) -> bool:
        """Wait until something listens there; False if a process died meanwhile."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and not self.dead():
            if _is_open(port):
                return True
            time.sleep(0.1)
        return False

    def wait_for_page(self) -> bool:
        """Wait until the log-in page answers 200."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and not self.dead():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                connection.request("GET", "/login/")
                if connection.getresponse().status == http.HTTPStatus.OK:
                    return True
            except OSError:
                time.sleep(0.1)
            finally:
                connection.close()
        return False

    def wait(self) -> str:
        """Sleep until a signal comes or a process dies; return the latter's name."""
        stopped: list[int] = []

        def stop(number: int, _frame: FrameType | None) -> None:
            stopped.append(number)

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
        while not stopped and not self.dead():
            time.sleep(0.2)
        return "" if stopped else self.dead()

    def stop(self) -> None:
        """End all processes and what they started; kill what does not listen.

        Each ends its own children: a worker whose pool is shot away waits for it.
        """
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
