"""The outbound scanner as `deploy/` has it, on a test's database."""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import smtplib
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from accounts.actions import outbound as actions
from accounts.models import Domain
from accounts.outbound import Credentials
from tests.conftest import actor_of
from tests.services.certificates import self_signed_context
from tests.services.dovecot import DEPLOY, dovecot
from tests.services.ports import free_ports
from tests.services.postfix import postfix

MODULES = Path("/usr/lib/dovecot/modules/auth")
needs_packages = pytest.mark.skipif(
    os.geteuid() != 0
    or not (MODULES / "libdriver_pgsql.so").exists()
    or not (MODULES / "libauthdb_lua.so").exists(),
    reason="needs root, dovecot-pgsql and dovecot-auth-lua",
)


@dataclass(frozen=True)
class Scanner:
    """The outbound scanner: its ports, its logs, the folder where its database is."""

    submission: int
    submissions: int
    database: Path
    maillog: Path
    dovecot_log: Path

    def connect(self) -> smtplib.SMTP:
        """Return a session after STARTTLS."""
        session = smtplib.SMTP("127.0.0.1", self.submission, timeout=30)
        session.starttls(context=self.context())
        return session

    @staticmethod
    def context() -> ssl.SSLContext:
        """Trust the certificate without asking: it is the test's own."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context

    def log_in(self, username: str, password: str) -> int:
        """Return the code that the scanner answers to name and password, tried once."""
        secret = base64.b64encode(f"\0{username}\0{password}".encode()).decode()
        with self.connect() as session:
            session.ehlo()
            return session.docmd("AUTH", f"PLAIN {secret}")[0]

    @contextlib.contextmanager
    def without_database(self) -> Iterator[None]:
        """Cut it off from the database, as if that were down."""
        socket = self.database / ".s.PGSQL.5432"
        target = socket.readlink()
        socket.unlink()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE usename IN ('dovecot', 'postfix')"
            )
        yield
        socket.symlink_to(target)


def fill_roles() -> None:
    """Give Dovecot and Postfix their roles by the operator's own file."""
    settings = connection.settings_dict
    subprocess.run(
        ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", settings["HOST"],
         "-d", settings["NAME"], "-f", DEPLOY / "roles.sql"],
        check=True, capture_output=True,
    )  # fmt: skip


@pytest.fixture
def make_scanner(tmp_path_factory) -> Iterator[object]:
    """Return a function that starts a scanner, with other main.cf lines if need be."""
    if connection.vendor != "postgresql":
        pytest.skip("Dovecot reads PostgreSQL")
    fill_roles()
    name = connection.settings_dict["NAME"]
    with contextlib.ExitStack() as stack:

        def make(extra: str = "") -> Scanner:
            folder = Path(tempfile.mkdtemp(prefix="cleanmail-scanner-"))
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            folder.chmod(0o755)
            (folder / ".s.PGSQL.5432").symlink_to(
                Path(connection.settings_dict["HOST"]) / ".s.PGSQL.5432"
            )
            self_signed_context(folder, "scanner")
            sender = (DEPLOY / "postfix/outbound-sender.cf").read_text()
            sender = sender.replace("/run/postgresql", str(folder))
            sender = sender.replace("dbname = cleanmail", f"dbname = {name}")
            (folder / "outbound-sender.cf").write_text(sender)
            shutil.copy(DEPLOY / "postfix/outbound-probes", folder)
            listener = stack.enter_context(
                dovecot(f"host={folder} dbname={name} user=dovecot")
            )
            plain, submission, submissions = free_ports(3)
            services = (DEPLOY / "postfix/outbound-master.cf").read_text()
            for word, port in (
                ("\nsmtp ", plain),
                ("\nsubmission ", submission),
                ("\nsubmissions ", submissions),
            ):
                assert word in services
                services = services.replace(word, f"\n127.0.0.1:{port} ")
            main = (DEPLOY / "postfix/outbound-main.cf").read_text()
            main = main.replace("/etc/postfix/cleanmail", str(folder))
            main = main.replace("/run/dovecot/outbound-auth", str(listener))
            running = stack.enter_context(
                postfix(
                    "nowhere.example",
                    "discard:",
                    fragment=main + extra,
                    services=services,
                    default_transport="discard:",
                )
            )
            return Scanner(
                submission,
                submissions,
                folder,
                running.folder / "maillog",
                listener.parents[1] / "log",
            )

        yield make


@pytest.fixture
def scanner(make_scanner) -> Scanner:
    """Start a scanner exactly as `deploy/` has it."""
    return make_scanner()


@pytest.fixture
def made(people) -> Credentials:
    """Make Acme an account as its admin would."""
    Domain.objects.filter(customer=people.acme).update(verified_at=timezone.now())
    return actions.create_outbound_account("Exchange", actor=actor_of(people.alice))
