"""Real DNS servers on loopback: NSD for zones, Unbound as a validating resolver."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import dns.exception
import dns.message
import dns.query

START_SECONDS = 20

NSD = """\
server:
  server-count: 1
  ip-address: {address}
  port: {port}
  username: ""
  zonesdir: "{folder}"
  database: ""
  pidfile: ""
  logfile: "{folder}/log"
  zonelistfile: "{folder}/zones"
  xfrdfile: "{folder}/xfrd"
  rrl-ratelimit: 0
remote-control:
  control-enable: no
"""
NSD_ZONE = 'zone:\n  name: "{name}"\n  zonefile: "{name}.zone"\n'

UNBOUND = """\
server:
  interface: {address}
  port: {port}
  access-control: 127.0.0.0/8 allow
  directory: "{folder}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  logfile: "{folder}/log"
  num-threads: 1
  do-ip6: no
  do-not-query-localhost: no
  module-config: "validator iterator"
  val-log-level: 1
  infra-host-ttl: 1
  local-zone: "." static
{server}
remote-control:
  control-enable: no
{stubs}
"""
# Our own addresses, not 127.0.0.1: other name servers may stand there.
PARENT, FIRST, SECOND, RESOLVER = "127.0.1.1", "127.0.1.2", "127.0.1.3", "127.0.1.9"
SCRIPTED = "127.0.1.4"


def start_of(zone: str, *, serial: int = 1) -> str:
    """Return the first lines of a zone file."""
    return (
        f"$ORIGIN {zone}.\n$TTL 60\n"
        f"@ SOA ns1.dns.example. root.dns.example. {serial} 3600 600 86400 60\n"
    )


def free_dns_port() -> int:
    """Return a port that is free for UDP and TCP at all our addresses."""
    while True:
        with closing(socket.create_server((PARENT, 0))) as made:
            port: int = made.getsockname()[1]
        try:
            for address in (PARENT, FIRST, SECOND, SCRIPTED, RESOLVER):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
                    datagrams.bind((address, port))
                socket.create_server((address, port)).close()
        except OSError:
            continue
        return port


@contextmanager
def nsd(address: str, port: int, zones: Mapping[str, str]) -> Iterator[None]:
    """Run NSD with these zone files."""
    with _folder() as folder:
        config = NSD.format(address=address, port=port, folder=folder)
        for name, text in zones.items():
            (folder / f"{name}.zone").write_text(text)
            config += NSD_ZONE.format(name=name)
        (folder / "nsd.conf").write_text(config)
        command = ["nsd", "-d", "-c", str(folder / "nsd.conf")]
        with _running(command, address, port, folder):
            yield


@contextmanager
def unbound(
    port: int, stubs: Mapping[str, Sequence[str]], anchors: Sequence[str]
) -> Iterator[None]:
    """Run Unbound on RESOLVER, which knows these zones and their servers only."""
    with _folder() as folder:
        server = [f'  local-zone: "{zone}" transparent' for zone in stubs]
        server += [f'  trust-anchor: "{anchor}"' for anchor in anchors]
        parts = []
        for zone, addresses in stubs.items():
            parts.append(f'stub-zone:\n  name: "{zone}"')
            parts += [f"  stub-addr: {address}@{port}" for address in addresses]
        (folder / "unbound.conf").write_text(
            UNBOUND.format(
                address=RESOLVER,
                port=port,
                folder=folder,
                server="\n".join(server),
                stubs="\n".join(parts),
            )
        )
        command = ["unbound", "-d", "-c", str(folder / "unbound.conf")]
        with _running(command, RESOLVER, port, folder):
            yield


def sign(zone: str, text: str) -> tuple[str, str]:
    """Sign a zone file; return it and the DS record of its key."""
    with _folder() as folder:
        (folder / "zone").write_text(text)
        made = subprocess.run(
            ["ldns-keygen", "-a", "ECDSAP256SHA256", "-k", zone],
            cwd=folder, check=True, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        key = made.stdout.strip()
        subprocess.run(
            ["ldns-signzone", "-o", zone, "zone", key],
            cwd=folder, check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        delegation = (folder / f"{key}.ds").read_text().strip()
        return (folder / "zone.signed").read_text(), " ".join(delegation.split())


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="cleanmail-dns-") as name:
        yield Path(name)


@contextmanager
def _running(
    command: list[str], address: str, port: int, folder: Path
) -> Iterator[None]:
    with ExitStack() as stack:
        output = stack.enter_context((folder / "output").open("w"))
        process = subprocess.Popen(command, stdout=output, stderr=output)
        stack.callback(process.wait, 20)
        stack.callback(process.terminate)
        _wait(process, address, port, folder)
        yield


def _wait(
    process: subprocess.Popen[bytes], address: str, port: int, folder: Path
) -> None:
    question = dns.message.make_query("example.", "SOA")
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            dns.query.udp(question, address, timeout=1, port=port)
        except (OSError, dns.exception.DNSException):
            said = "".join(
                path.read_text(errors="replace")
                for path in (folder / "output", folder / "log")
                if path.exists()
            )
            assert process.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.05)
        else:
            return
