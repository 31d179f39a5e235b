"""The demo's database: the intake keeps on SQLite what it answers 250 for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.services.intake import ROOT, environment, greeted, intake

SETUP = """
from tests.factories import make_customer
make_customer()
"""


@pytest.mark.db
@pytest.mark.django_db
def test_killed_on_sqlite_nothing_is_lost(tmp_path: Path):
    database = {"DATABASE_URL": f"sqlite:///{tmp_path}/demo.sqlite3"}

    def manage(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=environment(**database),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    manage("migrate", "-v0")
    manage("shell", "-v0", "-c", SETUP)
    kept = 0
    with intake(tmp_path, **database) as running, greeted(running) as client:
        for number in range(50):
            reply = client.send(b"x\r\n" * number, queue_id=f"Q{number}")[0]
            kept += reply.startswith("250 2.6.0")
        running.kill()

    assert kept == 50
    assert "messages readable: 50\n" in manage("verify_store")
