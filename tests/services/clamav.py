"""A private clamd on loopback; its one signature is our own: EICAR's test file."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.ports import free_ports
from tests.services.waiting import end, wait_for_port

START_SECONDS = 180
# Its text in two halves, so that no scanner takes this file for it.
EICAR = (
    rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!" + b"$H+H*"
)
SIGNATURE = "Cleanmail.Eicar"
CONFIGURATION = """\
TCPSocket {port}
TCPAddr 127.0.0.1
DatabaseDirectory {folder}
Foreground yes
LogFile {folder}/clamd.log
MaxThreads 2
ConcurrentDatabaseReload no
"""


@contextmanager
def clamav() -> Iterator[int]:
    """Run clamd and yield its port."""
    folder = Path(tempfile.mkdtemp(prefix="cleanmail-clamav-"))
    (port,) = free_ports(1)
    # Name, any kind of file, any offset, the bytes.
    signature = f"{SIGNATURE}:0:*:{EICAR.hex()}\n"
    (folder / "own.ndb").write_text(signature)
    configuration = folder / "clamd.conf"
    configuration.write_text(CONFIGURATION.format(port=port, folder=folder))
    process = subprocess.Popen(
        ["clamd", "--config-file", configuration],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port, process, START_SECONDS, folder / "clamd.log")
        yield port
    finally:
        end(process)
        shutil.rmtree(folder, ignore_errors=True)
