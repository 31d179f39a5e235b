"""The lab: brought up for a run, broken in one way at a time, always taken down."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from diagnostics.agent_file import build as build_agent
from tests.lab import pki
from tests.lab.sender import Sender
from tests.lab.servers import HOST, Scanner
from tests.lab.topology import (
    CUSTOMER_PUBLIC4,
    HOSTS,
    INBOUND4,
    PORTAL4,
    RESOLV_CONF,
    RESOLVER,
    SCANNER4,
    Topology,
)

NEEDED = ("ip", "nft", "setpriv", "sysctl", "postfix", "dovecot")
PREFIX = "cleanmail-lab-"
LOCK = "alive"
AGENT_FILE = "cleanmail-probe.py"
BOX_PORT = "2525"
REMOTE4 = "192.0.2.99"  # a recipient's mail server; nobody has the address
SMTP_PORTS = "{ 25, 587 }"

REVERSE_NAME = ".".join(reversed(CUSTOMER_PUBLIC4.split("."))) + ".in-addr.arpa"
RECORDS: dict[str, dict[str, list[str]]] = {
    HOST: {"A": [SCANNER4], "AAAA": []},
    "mx.cleanmail.example": {"A": [INBOUND4]},
    "mail.customer.example": {"A": [CUSTOMER_PUBLIC4]},
    "remote.example": {"MX": ["10 mx.remote.example"]},
    "mx.remote.example": {"A": [REMOTE4]},
    REVERSE_NAME: {"PTR": ["mail.customer.example"]},
}


def missing() -> str:
    """Return why the lab cannot run here, nothing when it can."""
    if os.geteuid() != 0:
        return "the fault lab needs root"
    if not Path("/dev/net/tun").exists():
        return "the fault lab needs /dev/net/tun"
    absent = [name for name in NEEDED if shutil.which(name) is None]
    return f"not installed: {', '.join(absent)}" if absent else ""


class Lab:
    """Each `break_…` and `set_…` is undone when the `fault` it was called in ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.certificates = folder / "certificates"
        self.topology = Topology(folder)
        self.scanner = Scanner(self.topology, self.certificates)
        self.sender = Sender(self.topology, self.certificates)
        self._undo = ExitStack()

    def up(self) -> None:
        """Build everything; nothing is broken yet."""
        pki.make(self.certificates, HOST)
        self.topology.up()
        self._write_zone({})
        self.topology.start_module(
            "names", "provider", "dnsfault", str(self.folder / "zone.json"), RESOLVER
        )
        self.topology.wait_for("names", "ready")
        keys = [f"{self.certificates}/good.{end}" for end in ("pem", "key")]
        self.topology.start_module("portal", "portal", "portal", PORTAL4, "443", *keys)
        self.topology.wait_for("portal", "ready")
        self.scanner.up()
        self.sender.up()
        # The portal asks name servers of its own, which no fault of the lab reaches.
        self.topology.write_etc("portal", "resolv.conf", "")
        self.topology.write_etc("portal", "hosts", f"{HOSTS}{SCANNER4} {HOST}\n")
        agent_file = self.folder / AGENT_FILE
        agent_file.write_bytes(build_agent())

    def down(self) -> None:
        """Take everything away, whatever state it is in."""
        self.scanner.stop_dovecot()
        self.sender.down()
        self.topology.down()

    @contextmanager
    def fault(self, inject: Callable[[Lab], object]) -> Iterator[None]:
        """Break the network as `inject` does, and mend it after."""
        with ExitStack() as self._undo:
            inject(self)
            yield

    def set_zone(
        self, mode: str = "ok", *, records: dict[str, Any] | None = None, **values: Any
    ) -> None:
        """Let the provider's name server answer otherwise."""
        self._undo.callback(self._write_zone, {})
        merged = RECORDS | (records or {})
        self._write_zone({"mode": mode, "records": merged} | values)

    def set_filter(self, role: str, chain: str, rules: str) -> None:
        """Filter what passes a namespace; chain is forward, output or input."""
        self._undo.callback(self.topology.filter, role, "")
        hook = f"type filter hook {chain} priority -5;"
        self.topology.filter(role, f"chain broken {{\n{hook}\n{rules}\n}}")

    def set_link(self, **values: float) -> None:
        """Shape the link between router and provider."""
        self._undo.callback(self.topology.shape)
        self.topology.shape(**values)

    def set_box(
        self, mode: str, *, ports: str = SMTP_PORTS, shield: bool = False
    ) -> None:
        """Put a middlebox on the customer's router, in the way of these ports."""
        keys = [f"{self.certificates}/shield.{end}" for end in ("pem", "key")]
        arguments = (BOX_PORT, mode, *(keys if shield else ()))
        self._undo.callback(self.topology.stop, "box")
        self.topology.start_module("box", "router", "middlebox", *arguments)
        self.topology.wait_for("box", "ready")
        rule = f'iifname "lan" tcp dport {ports} redirect to :{BOX_PORT};'
        hook = "type nat hook prerouting priority -110;"
        self._undo.callback(self.topology.filter, "router", "")
        self.topology.filter("router", f"chain steer {{\n{hook}\n{rule}\n}}")

    def set_resolver(self, address: str) -> None:
        """Let the customer's machine ask another name server."""
        write = self.topology.write_etc
        self._undo.callback(write, "customer", "resolv.conf", RESOLV_CONF)
        write("customer", "resolv.conf", RESOLV_CONF.replace(RESOLVER, address))

    def set_hosts(self, line: str) -> None:
        """Add a line to the customer's hosts file."""
        self._undo.callback(self.topology.write_etc, "customer", "hosts", HOSTS)
        self.topology.write_etc("customer", "hosts", f"{HOSTS}{line}\n")

    def break_customer(self, words: str) -> None:
        """Run an `ip` command that breaks the customer's machine."""
        self._undo.callback(self.topology.restore_customer_network)
        self.topology.ip("customer", words)

    def break_router(self, words: str) -> None:
        """Run an `ip` command that breaks the customer's router."""
        self._undo.callback(self.topology.restore_router_network)
        self.topology.ip("router", words)

    def set_scanner(
        self, *, certificate: str = "good", key: str = "", **settings: str
    ) -> None:
        """Run the scanner's Postfix with other settings, certificate or key."""
        self._undo.callback(self.scanner.restart)
        self.scanner.restart(certificate=certificate, key=key, **settings)

    def stop_scanner(self) -> None:
        """Stop the scanner's Postfix."""
        self._undo.callback(self.scanner.start_postfix)
        self.scanner.stop_postfix()

    def stop_auth(self) -> None:
        """Stop the scanner's Dovecot."""
        self._undo.callback(self.scanner.start_dovecot)
        self.scanner.stop_dovecot()

    def deny_account(self) -> None:
        """Lock the customer's account at the scanner."""
        self._undo.callback(self._restart_auth)
        self._restart_auth(is_denied=True)

    def set_account(self, password: str, extra: str) -> None:
        """Give the customer's account another password and extra fields."""
        self._undo.callback(self._restart_auth)
        self._restart_auth(password=password, extra=extra)

    def _restart_auth(self, **account: Any) -> None:
        self.scanner.stop_dovecot()
        self.scanner.start_dovecot(**account)

    def _write_zone(self, zone: dict[str, Any]) -> None:
        # Renamed into place: the name server may read at any time.
        new = self.folder / "zone.new"
        new.write_text(json.dumps({"mode": "ok", "records": RECORDS} | zone))
        new.rename(self.folder / "zone.json")


def _leave(number: int, _frame: FrameType | None) -> None:
    """Leave through every `finally`: an ended run takes its lab down."""
    raise SystemExit(128 + number)


def sweep() -> None:
    """Take down what killed runs have left: labs whose lock nobody holds any more."""
    for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{LOCK}"):
        with lock.open() as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue  # its run is alive
            Topology(lock.parent).down()
            shutil.rmtree(lock.parent, ignore_errors=True)


@contextmanager
def lab() -> Iterator[Lab]:
    """Yield a lab that is up, and take it down after, also when the run is ended."""
    sweep()
    before = signal.signal(signal.SIGTERM, _leave)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o755)  # Postfix and Dovecot come as users of their own
    made = Lab(folder)
    with (folder / LOCK).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        try:
            made.up()
            yield made
        finally:
            made.down()
            shutil.rmtree(folder, ignore_errors=True)
            signal.signal(signal.SIGTERM, before)
