"""Private instances of the real Postfix, on loopback, queue in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.services.ports import free_ports

MASTER = """\
{port}    inet  n       -       n       -       -       smtpd
pickup    unix  n       -       n       60      1       pickup
cleanup   unix  n       -       n       -       0       cleanup
qmgr      unix  n       -       n       300     1       qmgr
rewrite   unix  -       -       n       -       -       trivial-rewrite
bounce    unix  -       -       n       -       0       bounce
defer     unix  -       -       n       -       0       bounce
trace     unix  -       -       n       -       0       bounce
tlsmgr    unix  -       -       n       1000?   1       tlsmgr
verify    unix  -       -       n       -       1       verify
flush     unix  n       -       n       1000?   0       flush
proxymap  unix  -       -       n       -       -       proxymap
smtp      unix  -       -       n       -       -       smtp
relay     unix  -       -       n       -       -       smtp
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
discard   unix  -       -       n       -       -       discard
lmtp      unix  -       -       n       -       -       lmtp
tlsmgr    unix  -       -       n       1000?   1       tlsmgr
anvil     unix  -       -       n       -       1       anvil
scache    unix  -       -       n       -       1       scache
postlog   unix-dgram n  -       n       -       1       postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """A running instance."""

    folder: Path
    port: int

    @property
    def log(self) -> str:
        """What it logged so far."""
        path = self.folder / "maillog"
        return path.read_text(errors="replace") if path.exists() else ""

    def flush(self) -> None:
        """Try everything in the queue again, now."""
        subprocess.run(
            ["postqueue", "-c", self.folder / "etc", "-f"], check=True, timeout=30
        )

    def queued(self) -> int:
        """Return how many messages wait in the queue."""
        queue = self.folder / "queue"
        names = ("incoming", "active", "deferred", "maildrop", "hold")
        return sum(
            1 for name in names for path in (queue / name).rglob("*") if path.is_file()
        )

    def wait_empty(self, seconds: float) -> bool:
        """Wait until all is delivered; say whether it is."""
        end = time.monotonic() + seconds
        while self.queued():
            if time.monotonic() > end:
                return False
            time.sleep(0.2)
        return True


@contextmanager
def postfix(
    domain: str,
    transport: str,
    *,
    fragment: str = "",
    services: str = "",
    **changes: object,
) -> Iterator[Postfix]:
    """Run a Postfix that takes mail for the domain and hands it to the transport.

    Needs root. `changes` are main.cf parameters; `fragment` and `services` are the text
    of whole files for main.cf and master.cf.
    """
    folder = Path(tempfile.mkdtemp(prefix="cleanmail-postfix-"))
    folder.chmod(0o755)
    (port,) = free_ports(1)
    try:
        etc = _write(folder, port, domain, transport, changes)
        with (etc / "main.cf").open("a") as main:
            main.write(fragment)
        with (etc / "master.cf").open("a") as master:
            master.write(services)
        try:
            _start(folder, port)
            yield Postfix(folder, port)
        finally:
            _end(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(
    folder: Path, port: int, domain: str, transport: str, changes: dict[str, object]
) -> Path:
    etc = folder / "etc"
    for name in ("etc", "queue", "data", "etc/dynamicmaps.cf.d", "etc/postfix-files.d"):
        (folder / name).mkdir()
    os.chown(folder / "data", pwd.getpwnam("postfix").pw_uid, -1)
    for name in ("postfix-files", "dynamicmaps.cf"):
        if Path("/etc/postfix", name).exists():
            shutil.copy(Path("/etc/postfix", name), etc)
    told = {
        "compatibility_level": "3.6",
        "queue_directory": folder / "queue",
        "data_directory": folder / "data",
        "command_directory": "/usr/sbin",
        "daemon_directory": "/usr/lib/postfix/sbin",
        "mail_owner": "postfix",
        "setgid_group": "postdrop",
        "myhostname": "mx.test.example",
        "mydestination": "",
        "relay_domains": domain,
        "relay_transport": transport,
        "inet_interfaces": "127.0.0.1",
        "inet_protocols": "ipv4",
        "mynetworks": "127.0.0.2/32",
        "smtpd_relay_restrictions": "reject_unauth_destination",
        "smtpd_peername_lookup": "no",
        "lmtp_send_xforward_command": "yes",
        "lmtp_line_length_limit": "0",
        "smtp_line_length_limit": "0",
        "message_size_limit": "60000000",
        # LF ends a line, but never the data: CRLF.CRLF alone does.
        "smtpd_forbid_bare_newline": "normalize",
        # As from a stranger: no header is added or rewritten.
        "local_header_rewrite_clients": "",
        "smtpd_client_connection_count_limit": "0",
        "minimal_backoff_time": "5s",
        "queue_run_delay": "5s",
        "maillog_file": folder / "maillog",
        "maillog_file_prefixes": tempfile.gettempdir(),
        "import_environment": "MAIL_CONFIG TZ",
        "alias_maps": "",
        "smtp_dns_support_level": "disabled",
        "lmtp_dns_support_level": "disabled",
    } | changes
    lines = [f"{key} = {value}\n" for key, value in told.items()]
    (etc / "main.cf").write_text("".join(lines))
    (etc / "master.cf").write_text(MASTER.format(port=port))
    return etc


def _start(folder: Path, port: int) -> None:
    """Start it until it greets, three times at most; raise TimeoutError.

    Now and then a Postfix comes up whose postlogd never does: then all of its processes
    wait to log, `postfix stop` too.
    """
    for _ in range(3):
        # No pipe: whoever keeps it open would be waited for.
        with suppress(subprocess.TimeoutExpired):
            subprocess.run(
                ["postfix", "-c", folder / "etc", "start"],
                check=True, timeout=60,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )  # fmt: skip
            if _greets(port, 20):
                return
        _end(folder)
    raise TimeoutError((folder / "maillog").read_text(errors="replace")[-2000:])


def _greets(port: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with socket.create_connection(("127.0.0.1", port), 5) as made:
                if made.recv(100):
                    return True
        except OSError:
            time.sleep(0.1)
    return False


def _end(folder: Path) -> None:
    """End its master, which ends its children; after ten seconds by force."""
    path = folder / "queue/pid/master.pid"
    if not path.exists():
        return
    pid = int(path.read_text())
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + 10
        while time.monotonic() < end and Path(f"/proc/{pid}/exe").exists():
            time.sleep(0.05)
        os.killpg(pid, signal.SIGKILL)
