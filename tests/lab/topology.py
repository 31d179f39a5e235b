"""The lab's five network namespaces, the links between them and what runs inside.

customer (192.168.10.2) - router (NAT) === emulated link === provider - scanner, portal
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROLES = ("customer", "router", "provider", "scanner", "portal")
RESOLVER = "198.51.100.1"
SCANNER4, SCANNER6 = "203.0.113.25", "2001:db8:25::25"
INBOUND4 = "203.0.113.26"  # the filter for incoming mail: a frequent wrong target
PORTAL4 = "192.0.2.80"
CUSTOMER_PUBLIC4 = "198.51.100.2"
RESOLV_CONF = f"nameserver {RESOLVER}\noptions timeout:2 attempts:1\n"
HOSTS = "127.0.0.1 localhost\n::1 localhost\n"
ONE_WAY_MS = 10.0
# The settings of an installation must not reach into the lab.
OWN_SETTINGS = {"READ_DOTENV": "0", "DEFAULT_LANGUAGE": "en"}

VETH_PAIRS = (
    ("customer", "eth0", "router", "lan"),
    ("provider", "scan", "scanner", "eth0"),
    ("provider", "portal", "portal", "eth0"),
)
ADDRESSES = (
    ("customer", "eth0", ("192.168.10.2/24", "2001:db8:10::2/64")),
    ("router", "lan", ("192.168.10.1/24", "2001:db8:10::1/64")),
    ("router", "wan", (f"{CUSTOMER_PUBLIC4}/24", "2001:db8:100::2/64")),
    ("provider", "wan", (f"{RESOLVER}/24", "2001:db8:100::1/64")),
    ("provider", "scan", ("203.0.113.1/24", "2001:db8:25::1/64")),
    ("provider", "portal", ("192.0.2.1/24", "2001:db8:80::1/64")),
    ("scanner", "eth0", (f"{SCANNER4}/24", f"{INBOUND4}/24", f"{SCANNER6}/64")),
    ("portal", "eth0", (f"{PORTAL4}/24", "2001:db8:80::80/64")),
)
GATEWAYS = (
    ("customer", "192.168.10.1", "2001:db8:10::1"),
    ("router", RESOLVER, "2001:db8:100::1"),
    ("scanner", "203.0.113.1", "2001:db8:25::1"),
    ("portal", "192.0.2.1", "2001:db8:80::1"),
)
SYSCTLS = (
    "net.ipv4.ip_forward=1",
    "net.ipv6.conf.all.forwarding=1",
    "net.ipv6.conf.all.accept_dad=0",
    "net.ipv6.conf.default.accept_dad=0",
    "net.ipv4.icmp_ratelimit=0",
    "net.netfilter.nf_conntrack_acct=1",
)
MASQUERADE = (
    "table ip base { chain post { type nat hook postrouting priority 100;"
    ' oifname "wan" masquerade;\n}\n}\n'
)


class CommandFailed(Exception):
    """A command of the lab ended with an error; the text is what it said."""


def run(*argv: str, stdin: str = "", seconds: float = 60.0) -> str:
    """Run a command and return its output; raise CommandFailed."""
    done = subprocess.run(
        argv, input=stdin, capture_output=True, text=True, timeout=seconds, check=False
    )
    if done.returncode:
        said = f"{' '.join(argv)}: {done.stdout}{done.stderr}"
        raise CommandFailed(said)
    return done.stdout


class Topology:
    """Namespaces that carry the run's own name, and the processes started in them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.prefix = f"{folder.name}-"  # no two labs share a name
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def namespace(self, role: str) -> str:
        """Return the name that `ip netns` knows."""
        return self.prefix + role

    def inside(self, role: str, *argv: str) -> tuple[str, ...]:
        """Return the command that runs `argv` in the role's namespace."""
        return ("ip", "netns", "exec", self.namespace(role), *argv)

    def run(self, role: str, *argv: str, stdin: str = "", seconds: float = 60) -> str:
        """Run a command in a namespace; raise CommandFailed."""
        return run(*self.inside(role, *argv), stdin=stdin, seconds=seconds)

    def output(self, command: tuple[str, ...], *, stdin: str = "") -> str:
        """Return all that a command prints, however it ends."""
        done = subprocess.run(
            command, input=stdin, capture_output=True, text=True, cwd=ROOT,
            timeout=120, check=False, env=os.environ | OWN_SETTINGS,
        )  # fmt: skip
        return done.stdout or done.stderr

    def ip(self, role: str, words: str) -> None:
        """Run one `ip` command, given as the words after it, in a namespace."""
        self.run(role, "ip", *words.split())

    def start(self, name: str, role: str, *argv: str) -> None:
        """Start a process that lives until `stop`, or until the run ends."""
        with (self.folder / f"{name}.log").open("wb") as log:
            # Should this run be killed, its children go with it.
            command = ("setpriv", "--pdeathsig", "TERM", *self.inside(role, *argv))
            self._processes[name] = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=ROOT
            )

    def start_module(self, name: str, role: str, module: str, *argv: str) -> None:
        """Start a module of the lab as `start` does."""
        self.start(name, role, sys.executable, "-m", f"tests.lab.{module}", *argv)

    def stop(self, name: str) -> None:
        """Stop a process started here; nothing happens when it does not run."""
        process = self._processes.pop(name, None)
        if process is None:
            return
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)

    def wait_for(self, name: str, text: str, seconds: float = 10.0) -> None:
        """Wait until a started process has printed `text`."""
        log = self.folder / f"{name}.log"
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if text in log.read_text():
                return
            time.sleep(0.05)
        said = f"{name} did not say {text!r}: {log.read_text()}"
        raise CommandFailed(said)

    def filter(self, role: str, rules: str) -> None:
        """Replace the namespace's table of injected rules."""
        table = "table inet fault"
        text = f"{table}\ndelete {table}\n{table} {{\n{rules}\n}}\n"
        self.run(role, "nft", "-f", "-", stdin=text)

    def shape(self, **values: float) -> None:
        """Set the emulated link; what is not named goes back to its usual value."""
        usual = {"delay": ONE_WAY_MS, "jitter": 0, "loss": 0, "rate": 0, "max": 0}
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as control:
            message = json.dumps({"both": usual | values}).encode()
            control.sendto(message, str(self.folder / "link.sock"))

    def write_etc(self, role: str, name: str, text: str) -> None:
        """Write a file that the namespace's commands see as /etc/<name>."""
        path = Path("/etc/netns") / self.namespace(role) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def up(self) -> None:
        """Make namespaces, links, addresses and routes."""
        for role in ROLES:
            run("ip", "netns", "add", self.namespace(role))
            self.ip(role, "link set lo up")
            self.run(role, "sysctl", "-qw", *SYSCTLS)
            self.write_etc(role, "resolv.conf", RESOLV_CONF)
            self.write_etc(role, "hosts", HOSTS)
        for left, left_device, right, right_device in VETH_PAIRS:
            self._pair(left, left_device, right, right_device)
        self.start_module(
            "link",
            "provider",
            "linkem",
            *(self.namespace("router"), "wan", self.namespace("provider"), "wan"),
            str(self.folder / "link.sock"),
        )
        self.wait_for("link", "ready")
        for role, device, addresses in ADDRESSES:
            self._address(role, device, addresses)
        for role, gateway4, gateway6 in GATEWAYS:
            self.ip(role, f"route replace default via {gateway4}")
            self.ip(role, f"-6 route replace default via {gateway6}")
        self.ip("provider", "-6 route add 2001:db8:10::/64 via 2001:db8:100::2")
        self.run("router", "nft", "-f", "-", stdin=MASQUERADE)
        self.shape()

    def down(self) -> None:
        """Stop every process in these namespaces and remove them; never raise."""
        for name in list(self._processes):
            self.stop(name)
        for role in ROLES:
            name = self.namespace(role)
            with contextlib.suppress(CommandFailed):
                _end_all(run("ip", "netns", "pids", name).split())
            with contextlib.suppress(CommandFailed):
                run("ip", "netns", "del", name)
            shutil.rmtree(Path("/etc/netns") / name, ignore_errors=True)

    def restore_customer_network(self) -> None:
        """Bring the customer's interface, addresses and routes back."""
        self.ip("customer", "addr flush dev eth0")
        self._address("customer", "eth0", ("192.168.10.2/24", "2001:db8:10::2/64"))
        self.ip("customer", "route replace default via 192.168.10.1")
        self.ip("customer", "-6 route replace default via 2001:db8:10::1")

    def restore_router_network(self) -> None:
        """Bring the router's outer side back."""
        self._address("router", "wan", (f"{CUSTOMER_PUBLIC4}/24", "2001:db8:100::2/64"))
        self.ip("router", f"route replace default via {RESOLVER}")
        self.ip("router", "-6 route replace default via 2001:db8:100::1")

    def _pair(self, left: str, left_device: str, right: str, right_device: str) -> None:
        # Made inside the first namespace: nothing of it ever shows outside.
        inner = f"peer name {right_device} netns {self.namespace(right)}"
        self.ip(left, f"link add {left_device} type veth {inner}")

    def _address(self, role: str, device: str, addresses: tuple[str, ...]) -> None:
        for address in addresses:
            family, end = ("-6 ", " nodad") if ":" in address else ("", "")
            self.ip(role, f"{family}addr replace {address} dev {device}{end}")
        self.ip(role, f"link set {device} up")


def _end_all(pids: list[str]) -> None:
    """End processes of a namespace that goes away."""
    for kind in (signal.SIGTERM, signal.SIGKILL):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), kind)
        time.sleep(0.2 if pids else 0)
