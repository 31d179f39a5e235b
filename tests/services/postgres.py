"""A private PostgreSQL for the length of a run, data in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def find_binaries() -> Path | None:
    """Return the folder of Debian's newest PostgreSQL server, None if there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return found[-1].parent if found else None


def _as_postgres(*command: str) -> None:
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*prefix, *command], check=True, stdout=subprocess.DEVNULL, cwd="/")


@contextmanager
def postgres() -> Iterator[str]:
    """Start a cluster and yield its DATABASE_URL (a socket); stop it after."""
    binaries = find_binaries()
    if binaries is None:
        raise FileNotFoundError("Debian's package postgresql is not installed")
    folder = Path(tempfile.mkdtemp(prefix="cleanmail-pg-"))
    data = folder / "data"
    me = pwd.getpwuid(os.geteuid()).pw_name  # whom libpq asks for by default
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    folder.chmod(0o755)
    options = (
        f"-c listen_addresses= -c unix_socket_directories={folder}"
        " -c max_connections=200 -c fsync=on -c shared_buffers=128MB"
    )
    try:
        _as_postgres(
            str(binaries / "initdb"),
            "-D",
            str(data),
            "-A",
            "trust",
            "-U",
            me,
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        control = [str(binaries / "pg_ctl"), "-D", str(data), "-w"]
        _as_postgres(*control, "-l", str(folder / "log"), "-o", options, "start")
        try:
            _as_postgres(
                str(binaries / "createdb"), "-h", str(folder), "-U", me, "cleanmail"
            )
            yield f"postgres:///{folder}/cleanmail"
        finally:
            _as_postgres(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
