"""A private spamd with spamass-milter before it, on loopback, without look-ups."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.deployed import DEPLOY
from tests.services.ports import free_ports
from tests.services.waiting import end, wait_for_port

START_SECONDS = 180


@contextmanager
def spamassassin() -> Iterator[int]:
    """Run both with our `deploy/spamassassin`; yield the milter's port. Needs root."""
    folder = Path(tempfile.mkdtemp(prefix="cleanmail-spamd-"))
    folder.chmod(0o755)
    shutil.copytree("/etc/spamassassin", folder / "site")
    shutil.copy(DEPLOY / "spamassassin" / "60-cleanmail.cf", folder / "site")
    (folder / "home").mkdir()
    shutil.chown(folder / "home", "debian-spamd", "debian-spamd")
    spamd, milter = free_ports(2)
    with (folder / "log").open("wb") as log:
        scanner = subprocess.Popen(
            [
                "spamd", "--local", "--nouser-config", "--max-children=1",
                "--username=debian-spamd", f"--helper-home-dir={folder}/home",
                "--listen=127.0.0.1", f"--port={spamd}", "--syslog=stderr",
                f"--siteconfigpath={folder}/site",
            ],
            stdout=log,
            stderr=log,
        )  # fmt: skip
        try:
            wait_for_port(spamd, scanner, START_SECONDS, folder / "log")
            before = subprocess.Popen(
                ["spamass-milter", "-p", f"inet:{milter}@127.0.0.1", "--",
                 "-d", "127.0.0.1", "-p", str(spamd)],
                stdout=log,
                stderr=log,
            )  # fmt: skip
            try:
                wait_for_port(milter, before, START_SECONDS, folder / "log")
                yield milter
            finally:
                end(before)
        finally:
            end(scanner)
            shutil.rmtree(folder, ignore_errors=True)
