"""Postfix, Dovecot LMTP and smtp-sink as met in the field, private to a run."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.services.ports import free_ports

USER_ID = 65534  # who owns the peers' mailboxes
PATIENCE_SECONDS = 15.0

# What Postfix itself calls its services, with as many processes as it takes.
MASTER = """127.0.0.1:{port} inet n - n - 100 smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
MAIN = """compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
myhostname = bench.example.net
mydestination =
inet_interfaces = loopback-only
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
virtual_mailbox_domains = example.org
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = static:all/
virtual_mailbox_limit = 0
virtual_uid_maps = static:{user_id}
virtual_gid_maps = static:{user_id}
virtual_minimum_uid = 1
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_tls_security_level = none
in_flow_delay = 0
default_process_limit = 100
"""
DOVECOT = """base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = lmtp
ssl = no
mail_location = maildir:{folder}/mail/%u
mail_uid = {user_id}
mail_gid = {user_id}
first_valid_uid = 1
first_valid_gid = 1
default_process_limit = 200
default_client_limit = 2000
auth_username_format = %n
passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = static
  args = uid={user_id} gid={user_id} home={folder}/mail/%n
}}
service lmtp {{
  process_limit = 100
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {port}
  }}
}}
service stats {{
  client_limit = 4000
}}
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """A server that is up: where it listens, and the root of its processes."""

    port: int
    pid: int
    folder: Path

    def wait_until_idle(self) -> None:
        """Wait until Postfix has delivered what it took."""
        queues = [self.folder / "queue" / name for name in ("incoming", "active")]
        while any(entry.is_file() for queue in queues for entry in queue.rglob("*")):
            time.sleep(0.05)


def wait_for_port(port: int) -> None:
    """Wait until somebody listens; raise TimeoutError."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    message = f"nobody listens on {port}"
    raise TimeoutError(message)


def missing() -> str:
    """Return why the peers cannot run here, nothing when they can."""
    if os.geteuid() != 0:
        return "real Postfix and Dovecot need root"
    absent = [n for n in ("postfix", "dovecot", "smtp-sink") if not shutil.which(n)]
    if not absent and not Path("/usr/lib/dovecot/lmtp").exists():
        absent = ["dovecot-lmtpd"]
    return f"not installed: {', '.join(absent)}" if absent else ""


@contextmanager
def postfix(parent: Path) -> Iterator[Peer]:
    """Run Postfix: queue file synced, then delivery into a maildir."""
    folder = parent / "postfix"
    for name in ("etc", "queue", "data", "mail"):
        (folder / name).mkdir(parents=True)
    shutil.chown(folder / "data", "postfix", "postfix")
    os.chown(folder / "mail", USER_ID, USER_ID)
    (port,) = free_ports(1)
    main = MAIN.format(folder=folder, user_id=USER_ID)
    (folder / "etc/main.cf").write_text(main)
    (folder / "etc/master.cf").write_text(MASTER.format(port=port))
    command = ["postfix", "-c", str(folder / "etc")]
    subprocess.run([*command, "start"], check=True, capture_output=True)
    try:
        wait_for_port(port)
        pid = int((folder / "queue/pid/master.pid").read_text())
        yield Peer(port, pid, folder)
    finally:
        subprocess.run([*command, "stop"], check=False, capture_output=True)


@contextmanager
def dovecot_lmtp(parent: Path) -> Iterator[Peer]:
    """Run Dovecot's LMTP server into maildirs, with its usual syncing."""
    folder = parent / "dovecot"
    (folder / "mail").mkdir(parents=True)
    os.chown(folder / "mail", USER_ID, USER_ID)
    (port,) = free_ports(1)
    configuration = folder / "dovecot.conf"
    configuration.write_text(DOVECOT.format(folder=folder, user_id=USER_ID, port=port))
    command = ["dovecot", "-F", "-c", str(configuration)]
    yield from _running(command, port, folder)


@contextmanager
def smtp_sink(parent: Path) -> Iterator[Peer]:
    """Run Postfix's smtp-sink, which stores nothing."""
    (port,) = free_ports(1)
    command = ["smtp-sink", "-u", "nobody", f"127.0.0.1:{port}", "1000"]
    yield from _running(command, port, parent)


def _running(command: list[str], port: int, folder: Path) -> Iterator[Peer]:
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for_port(port)
        yield Peer(port, process.pid, folder)
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)
