"""An installation of ours for a benchmark: private PostgreSQL, store and secrets."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import django

from bench.peers import Peer
from bench.result import ROOT
from tests.run import SECRETS
from tests.services.postgres import postgres


def prepare(folder: Path, database_url: str) -> None:
    """Let this process and its children work on the installation; once a process."""
    (folder / "store").mkdir(exist_ok=True)
    os.environ.update(
        SECRETS
        | {
            "READ_DOTENV": "0",
            "DEBUG": "0",
            "HTTPS": "0",
            "ALLOWED_HOSTS": "testserver,127.0.0.1",
            "ALLOWED_NETWORKS": "127.0.0.0/8",
            "VAR_DIR": str(folder),
            "DATABASE_URL": database_url,
            "LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": "cleanmail.settings",
        }
    )
    manage("migrate", "-v0")
    manage("collectstatic", "--noinput", "-v0")
    django.setup()


def manage(*words: str) -> None:
    """Run a management command."""
    subprocess.run([sys.executable, "manage.py", *words], check=True, cwd=ROOT)


@contextmanager
def installation(folder: Path) -> Iterator[int]:
    """Prepare an installation; yield the pid of its PostgreSQL."""
    with postgres() as database_url:
        prepare(folder, database_url)
        data = Path(urlsplit(database_url).path).parent / "data"
        yield int((data / "postmaster.pid").read_text().split()[0])


@contextmanager
def intake(folder: Path) -> Iterator[Peer]:
    """Run `manage.py intake` on a free port."""
    command = [sys.executable, "manage.py", "intake", "--listen", "127.0.0.1:0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        said = process.stdout.readline() if process.stdout else ""
        yield Peer(int(said.rpartition(":")[2]), process.pid, folder)
    finally:
        process.terminate()
        process.wait(60)
        if process.stdout:
            process.stdout.close()
