"""release_sink and release_postfix: mail handed to a next hop, beside plain smtplib."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from bench import corpus, peers
from bench.measuring import Measured, Subject, alternate, time_units
from bench.result import OURS, Result
from cleanmail.wire.smtp import Path as Address
from cleanmail.wire.smtp import Session

SENDER, HELO = "sender@load.example", "bench.example"
MAILBOXES = 200
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


def run(folder: Path, *, messages: int, rounds: int) -> list[Result]:
    """Measure against smtp-sink, which stores nothing, and a real Postfix."""
    contents = corpus.make(messages, seed=3)
    results = []
    with ExitStack() as stack:
        hops = {
            "release_sink": stack.enter_context(peers.smtp_sink(folder)),
            "release_postfix": stack.enter_context(peers.postfix(folder)),
        }
        for name, hop in hops.items():
            print(name, flush=True)
            subjects = {
                OURS: subject(with_session, hop, contents),
                "smtplib_new": subject(with_smtplib, hop, contents),
            }
            results.append(
                Result(
                    name=name,
                    unit="messages/s",
                    measured=alternate(subjects, rounds),
                    targets={"smtplib_new": TARGETS[name]},
                    size=f"{messages} messages a round",
                    notes=("the wire alone: no store, no database",),
                )
            )
    return results
