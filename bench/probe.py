"""probe_cpu: what one dialogue from TCP to AUTH costs us, beside openssl and swaks."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bench.measuring import Measured, Subject, alternate, time_units
from bench.peers import wait_for_port
from bench.result import OURS, ROOT, Result
from diagnostics.checks.dialogue import Dialogue
from diagnostics.checks.evidence import Endpoint, Evidence, Target
from diagnostics.checks.login import log_in
from tests.lab import pki
from tests.services.ports import free_ports

HOST, ADDRESS = "localhost", "127.0.0.1"
USERNAME, PASSWORD = "user", "secret"
AUTH = b"EHLO probe.example\r\nAUTH PLAIN AHVzZXIAc2VjcmV0\r\nQUIT\r\n"
# Processes are slow: a tenth of the probes is enough to see what one costs.
FEWER = 10


@contextmanager
def target_server(folder: Path) -> Iterator[int]:
    """Run the server that is probed; yield its port."""
    certificates = folder / "certificates"
    pki.make(certificates, HOST)
    (port,) = free_ports(1)
    paths = [str(certificates / name) for name in ("good.pem", "good.key")]
    command = [sys.executable, "-m", "bench.probe_target", str(port), *paths]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        wait_for_port(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def probe_once(target: Target, port: int) -> None:
    """Make one dialogue of ours, log-in included; raise when it did not succeed."""
    found: list[Evidence] = []
    dialogue = Dialogue(Endpoint(HOST, ADDRESS, port), target, found.append).run()
    log_in(dialogue)
    if dialogue.session is not None:
        dialogue.session.quit()
    if not found or found[-1].check != "auth" or found[-1].status != "ok":
        message = f"the probe did not log in: {found[-1:]}"
        raise RuntimeError(message)


def ours(port: int, cafile: str, count: int) -> Subject:
    """Return what measures our dialogues, one after the other."""
    blank = Target(host=HOST, nonce="bench")
    target = replace_target(blank, cafile)

    def work() -> None:
        for _number in range(count):
            probe_once(target, port)

    return lambda: as_milliseconds(work, count)


def replace_target(target: Target, cafile: str) -> Target:
    """Return the target with what the bench's server needs."""
    return target._replace(cafile=cafile, username=USERNAME, password=PASSWORD)


def command_line(words: list[str], count: int, stdin: bytes = b"") -> Subject:
    """Return what measures a command, a process for each probe."""

    def work() -> None:
        for _number in range(count):
            subprocess.run(
                words, input=stdin, capture_output=True, check=True, timeout=60
            )

    return lambda: as_milliseconds(work, count)


def can_run(words: list[str]) -> bool:
    """Say whether the command is installed, with the modules it needs."""
    if shutil.which(words[0]) is None:
        return False
    return not subprocess.run(words, capture_output=True, check=False).returncode


def as_milliseconds(work: Callable[[], None], count: int) -> Measured:
    """Return the CPU of one unit of work as the value."""
    measured = time_units(work, count)
    return replace(measured, value=measured.cpu_us / 1000)


def run(folder: Path, *, probes: int, rounds: int) -> Result:
    """Measure ours, openssl s_client and, where installed, swaks."""
    cafile = str(folder / "certificates/root.pem")
    fewer = max(probes // FEWER, 5)
    with target_server(folder) as port:
        endpoint = f"{ADDRESS}:{port}"
        openssl = ["openssl", "s_client", "-connect", endpoint, "-starttls", "smtp"]
        openssl += ["-CAfile", cafile, "-servername", HOST, "-crlf", "-quiet"]
        subjects = {
            OURS: ours(port, cafile, probes),
            "openssl": command_line(openssl, fewer, AUTH),
        }
        swaks = ["swaks", "--server", endpoint, "--tls", "--quit-after", "AUTH"]
        swaks += ["--auth", "PLAIN", "--auth-user", USERNAME]
        swaks += ["--auth-password", PASSWORD]
        if can_run(swaks):
            subjects["swaks"] = command_line(swaks, fewer)
        measured = alternate(subjects, rounds)
    return Result(
        name="probe_cpu",
        unit="ms CPU/probe",
        measured=measured,
        targets={"openssl": 4.0, "swaks": 50.0},
        size=f"{probes} probes a round",
        higher_is_better=False,
        notes=("one address and port; without name look-ups",),
    )
