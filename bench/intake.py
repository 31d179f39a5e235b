"""intake_mixed_50: held mail taken in over 50 sessions, beside Postfix and Dovecot."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from django.utils import timezone

from accounts.models import Address, Customer, Domain, Policy
from bench import peers
from bench.installation import intake
from bench.measuring import MICRO, Measured, Subject, alternate, tree_cpu_seconds
from bench.result import OURS, ROOT, Result

DOMAIN = "example.org"
SESSIONS = 50
WARM_UP = 200


def make_customer() -> None:
    """Enter the customer whose domain the load is for."""
    customer = Customer.objects.create(name="Bench AG")
    Policy.objects.create(customer=customer)
    domain = Domain.objects.create(
        customer=customer,
        name=DOMAIN,
        verified_at=timezone.now(),
        is_vouched=True,
        next_hop_host="127.0.0.1",
    )
    Address.objects.create(customer=customer, domain=domain, local_part="")


def send(port: int, messages: int, *options: str) -> dict[str, float]:
    """Send from a process of its own; raise when anything but 250 came."""
    command = [sys.executable, "-m", "bench.load", "--port", str(port), *options]
    command += ["--messages", str(messages), "--sessions", str(SESSIONS)]
    done = subprocess.run(
        [*command, "--domain", DOMAIN],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    if done.returncode:
        message = f"load failed: {done.stdout}{done.stderr}"
        raise RuntimeError(message)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def subject(
    peer: peers.Peer, messages: int, options: tuple[str, ...], beside: tuple[int, ...]
) -> Subject:
    """Return what measures one server; `beside` are processes that work for it."""

    def measure() -> Measured:
        send(peer.port, WARM_UP, *options)
        peer.wait_until_idle()
        roots = (peer.pid, *beside)
        before = sum(tree_cpu_seconds(pid) for pid in roots)
        told = send(peer.port, messages, *options)
        peer.wait_until_idle()  # Postfix's delivery is part of its work
        used = sum(tree_cpu_seconds(pid) for pid in roots) - before
        return Measured(told["per_second"], used / messages * MICRO)

    return measure


def run(folder: Path, database_pid: int, *, messages: int, rounds: int) -> Result:
    """Measure ours and, where they can run, the peers."""
    make_customer()
    reason = peers.missing()
    with ExitStack() as stack:
        ours = stack.enter_context(intake(folder))
        lmtp = ("--lmtp",)
        subjects = {
            OURS: subject(ours, messages, (*lmtp, "--xforward"), (database_pid,))
        }
        if not reason:
            postfix = stack.enter_context(peers.postfix(folder))
            dovecot = stack.enter_context(peers.dovecot_lmtp(folder))
            subjects["postfix"] = subject(postfix, messages, (), ())
            subjects["dovecot_lmtp"] = subject(dovecot, messages, lmtp, ())
        measured = alternate(subjects, rounds)
    return Result(
        name="intake_mixed_50",
        unit="messages/s",
        measured=measured,
        targets={"postfix": 2.5, "dovecot_lmtp": 3.0},
        size=f"{messages} messages a round, {SESSIONS} sessions",
        notes=(f"peers skipped: {reason}" if reason else "amavisd_sql is not run",),
    )
