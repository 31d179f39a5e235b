"""A private Dovecot with the very files of `deploy/dovecot`, in a temporary folder."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEPLOY = Path(__file__).parents[2] / "deploy"
CONNECT = "host=/run/postgresql dbname=cleanmail user=dovecot"


@contextmanager
def dovecot(database: str) -> Iterator[Path]:
    """Run it on the database (a libpq string); yield the socket that Postfix asks.

    Needs root. Of the files only the paths and the way to the database are replaced.
    """
    folder = Path(tempfile.mkdtemp(prefix="cleanmail-dovecot-"))
    folder.chmod(0o755)
    for source in (DEPLOY / "dovecot").iterdir():
        text = source.read_text().replace("/etc/dovecot/cleanmail", str(folder))
        (folder / source.name).write_text(text.replace(CONNECT, database))
        (folder / source.name).chmod(source.stat().st_mode)
    main = folder / "dovecot.conf"
    main.write_text(
        f"!include {folder}/outbound.conf\nbase_dir = {folder}/run\n"
        f"state_dir = {folder}/state\nlog_path = {folder}/log\n"
    )
    # No pipe: the daemon would keep it open.
    subprocess.run(["dovecot", "-c", main], check=True, stderr=subprocess.DEVNULL)
    listener = folder / "run/outbound-auth"
    try:
        _wait(listener)
        yield listener
    finally:
        subprocess.run(["doveadm", "-c", main, "stop"], check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(listener: Path) -> None:
    for _ in range(100):
        if listener.is_socket():
            return
        time.sleep(0.1)
    raise TimeoutError(listener)
