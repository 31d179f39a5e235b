"""A private Rspamd as milter, on loopback, without look-ups on the network."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.ports import free_ports

START_SECONDS = 60
NETWORK_MODULES = (
    "rbl surbl dkim spf dmarc arc asn fuzzy_check phishing mx_check neural greylist"
    " url_redirector rspamd_update hfilter"
)
LOCAL = {
    "worker-proxy.inc": """
        bind_socket = "127.0.0.1:{milter}"; milter = yes; timeout = 60s; count = 1;
        upstream "local" {{ default = yes; self_scan = yes; }}
    """,
    "worker-normal.inc": "enabled = false;",
    "worker-controller.inc": 'bind_socket = "127.0.0.1:{controller}";',
    "actions.conf": "reject = null; greylist = null; add_header = 6;",
    "milter_headers.conf": """
        extended_spam_headers = true; skip_local = false; skip_authenticated = false;
        {headers}
    """,
    "options.inc": """
        enable_test_patterns = true; local_addrs = [];
        dns {{ nameserver = ["127.0.0.1:1"]; timeout = 0.2s; retransmits = 1; }}
    """,
    "multimap.conf": """
        HOLDME {{
            type = "header"; header = "subject"; map = "{folder}/holdme.map";
            regexp = true; score = 15.0;
        }}
    """,
}


@contextmanager
def rspamd(headers: str = "") -> Iterator[int]:
    """Run Rspamd and yield its milter port; a subject with "holdme" scores 15.

    Needs root. `headers` is added to milter_headers.conf.
    """
    folder = Path(tempfile.mkdtemp(prefix="cleanmail-rspamd-"))
    folder.chmod(0o755)
    milter, controller = free_ports(2)
    _write(folder, milter=milter, controller=controller, headers=headers)
    variables = {
        "DBDIR": folder / "db",
        "RUNDIR": folder / "run",
        "LOGDIR": folder / "log",
        "CONFDIR": folder / "conf",
        "LOCAL_CONFDIR": folder / "conf",
    }
    command = ["rspamd", "-f", "-u", "_rspamd", "-g", "_rspamd"]
    command += ["-c", str(folder / "conf" / "rspamd.conf")]
    command += [f"--var={name}={path}" for name, path in variables.items()]
    with (folder / "out.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait(milter, folder)
        yield milter
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _write(folder: Path, **told: object) -> None:
    shutil.copytree("/etc/rspamd", folder / "conf")
    local = folder / "conf" / "local.d"
    local.mkdir(exist_ok=True)
    for name, text in LOCAL.items():
        (local / name).write_text(text.format(folder=folder, **told))
    for module in NETWORK_MODULES.split():
        (local / f"{module}.conf").write_text("enabled = false;")
    (folder / "holdme.map").write_text("/holdme/i\n")
    for name in ("db", "run", "log"):
        (folder / name).mkdir()
        shutil.chown(folder / name, "_rspamd", "_rspamd")


def _wait(port: int, folder: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError((folder / "out.log").read_text()[-2000:])
