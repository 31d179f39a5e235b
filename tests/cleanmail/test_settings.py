"""What happens at the start when something is not set."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECRETS = {"SECRET_KEY": "x" * 50, "KEY_RING": "k1:" + "A" * 43 + "="}


def manage(*command: str, **secrets: str) -> subprocess.CompletedProcess[str]:
    """Run a command as on a machine where nothing else is set."""
    bare = {"PATH": os.environ["PATH"], "READ_DOTENV": "0"}
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=bare | secrets,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", SECRETS)
def test_a_missing_secret_stops_the_start_with_a_sentence(name):
    others = {key: value for key, value in SECRETS.items() if key != name}

    done = manage("check", **others)

    assert done.returncode != 0
    assert f"{name} is not set: it " in done.stderr.splitlines()[-1]
    assert "docs/configuration.md" in done.stderr.splitlines()[-1]


def test_starts_with_both_secrets():
    done = manage("check", **SECRETS)

    assert done.returncode == 0, done.stderr


def test_probe_needs_neither_secret_nor_database():
    done = manage("probe", "127.0.0.1", "--port", "1", "--json")

    assert done.returncode == 1, done.stderr
    assert '"vantage": "server"' in done.stdout
