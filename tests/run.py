"""Run pytest on a database of its own: `python -m tests.run postgres|sqlite …`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.services.postgres import postgres

SECRETS = {
    "SECRET_KEY": "only-for-tests",
    "KEY_RING": "t1:" + "dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q=",
}


def main() -> int:
    """Return pytest's exit code."""
    database, options = sys.argv[1], sys.argv[2:]
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="cleanmail-"))
        (Path(folder) / "static").mkdir()  # WhiteNoise complains about a missing one
        environment = (
            os.environ
            | SECRETS
            | {
                "READ_DOTENV": "0",
                "DEBUG": "0",
                "HTTPS": "0",
                "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
                "VAR_DIR": folder,
                "EMAIL_URL": "memorymail://",
                "ALLOWED_NETWORKS": "127.0.0.0/8",
            }
        )
        if database == "postgres":
            environment["DATABASE_URL"] = stack.enter_context(postgres())
        else:
            environment["DATABASE_URL"] = f"sqlite:///{folder}/test.sqlite3"
            if "-m" not in options:
                options = ["-m", "db", *options]
        command = [sys.executable, "-m", "pytest", *options]
        return subprocess.run(
            command, check=False, env=environment, cwd=Path(__file__).parents[1]
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
