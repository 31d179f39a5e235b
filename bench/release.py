"""release_sink and release_postfix: holds released to a next hop, beside smtplib.

Ours is all that a worker does for a release: claims, store, wire and record.
`session_kept` is the wire alone, over one kept connection: the way that is left to go.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from django.test.utils import override_settings
from django.utils import timezone

from accounts.models import Domain
from bench import corpus, peers
from bench.installation import intake
from bench.intake import DOMAIN, make_customer, send
from bench.measuring import (
    MICRO,
    Measured,
    Subject,
    alternate,
    time_units,
    tree_cpu_seconds,
)
from bench.result import OURS, Result
from cleanmail.wire.smtp import Path as Address
from cleanmail.wire.smtp import Session
from quarantine.models import Hold, ReleaseAttempt
from quarantine.reinjection import reinject
from quarantine.sessions import pool
from quarantine.states import State

SENDER, HELO = "sender@load.example", "bench.example"
MAILBOXES = 200
IDLE_SECONDS = 30
# Ways in which holds of our own are worked off.
OUR_WAYS = 2
TARGETS = {"release_sink": 2.5, "release_postfix": 1.5}


def recipient(number: int) -> str:
    """Return the envelope recipient of a message."""
    return f"user{number % MAILBOXES}@example.org"


def with_smtplib(port: int, contents: list[bytes]) -> None:
    """Send each message over a connection of its own, as simple clients do."""
    for number, content in enumerate(contents):
        with smtplib.SMTP("127.0.0.1", port, local_hostname=HELO) as client:
            client.sendmail(SENDER, [recipient(number)], content)


def with_session(port: int, contents: list[bytes]) -> None:
    """Send all over one kept connection of ours, the envelope pipelined."""
    with Session.connect("127.0.0.1", port) as session:
        session.greeting()
        session.ehlo(HELO)
        for number, content in enumerate(contents):
            paths = [Address(recipient(number))]
            refusal = session.envelope(Address(SENDER), paths).refusal
            reply = refusal or session.content([content])
            if not reply.is_positive:
                message = f"refused: {reply}"
                raise RuntimeError(message)
        session.quit()


def subject(
    send: Callable[[int, list[bytes]], None], peer: peers.Peer, contents: list[bytes]
) -> Subject:
    """Return what measures one way of sending."""

    def measure() -> Measured:
        peer.wait_until_idle()
        return time_units(lambda: send(peer.port, contents), len(contents))

    return measure


def claim(count: int) -> list[Hold]:
    """Return held ones, moved to where a worker takes them up."""
    held = Hold.objects.filter(domain__name=DOMAIN, state=State.HELD)
    keys = list(held.order_by("pk").values_list("pk", flat=True)[:count])
    Hold.objects.filter(pk__in=keys).update(
        state=State.RELEASING, decided_at=timezone.now()
    )
    return list(Hold.objects.filter(pk__in=keys).only("pk", "customer_id"))


def ours(
    peer: peers.Peer, count: int, database_pid: int, idle_seconds: int = IDLE_SECONDS
) -> Subject:
    """Return what measures our releases, the database's share of CPU included."""

    def measure() -> Measured:
        with override_settings(RELEASE_IDLE_SECONDS=idle_seconds):
            measured = work_off()
            pool.close_all()
        return measured

    def work_off() -> Measured:
        domain = Domain.objects.filter(name=DOMAIN)
        domain.update(next_hop_host="127.0.0.1", next_hop_port=peer.port)
        peer.wait_until_idle()
        holds = claim(count)
        before = tree_cpu_seconds(database_pid)

        def work() -> None:
            for hold in holds:
                reinject(str(hold.customer_id), str(hold.pk))

        measured = time_units(work, len(holds))
        beside = (tree_cpu_seconds(database_pid) - before) / len(holds) * MICRO
        keys = [hold.pk for hold in holds]
        done = Hold.objects.filter(pk__in=keys, state=State.RELEASED).count()
        if done != count:
            last = ReleaseAttempt.objects.order_by("pk").last()
            stage = last.failed_stage if last else "never tried"
            message = f"{done} of {count} holds were released, last: {stage}"
            raise RuntimeError(message)
        return replace(measured, cpu_us=measured.cpu_us + beside)

    return measure


def take_in(folder: Path, messages: int) -> None:
    """Have so many messages held, by the public way."""
    if not Domain.objects.filter(name=DOMAIN).exists():
        make_customer()
    with intake(folder) as server:
        send(server.port, messages, "--lmtp")


def run(folder: Path, database_pid: int, *, messages: int, rounds: int) -> list[Result]:
    """Measure against smtp-sink, which stores nothing, and a real Postfix."""
    take_in(folder, messages * rounds * len(TARGETS) * OUR_WAYS)
    contents = corpus.make(messages, seed=3)
    results = []
    with ExitStack() as stack:
        hops = {
            "release_sink": stack.enter_context(peers.smtp_sink(folder)),
            "release_postfix": stack.enter_context(peers.postfix(folder)),
        }
        # Next hops stand on ports that an operator must allow.
        ports = [hop.port for hop in hops.values()]
        stack.enter_context(override_settings(ALLOWED_PORTS=ports))
        for name, hop in hops.items():
            print(name, flush=True)
            subjects = {
                OURS: ours(hop, messages, database_pid),
                # A connection each, as before sessions were kept.
                "ours_new": ours(hop, messages, database_pid, idle_seconds=0),
                "smtplib_new": subject(with_smtplib, hop, contents),
                "session_kept": subject(with_session, hop, contents),
            }
            results.append(
                Result(
                    name=name,
                    unit="messages/s",
                    measured=alternate(subjects, rounds),
                    targets={"smtplib_new": TARGETS[name]},
                    size=f"{messages} messages a round",
                    notes=("ours with store and database; the others the wire alone",),
                )
            )
    return results
