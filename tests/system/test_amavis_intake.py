"""Postfix, amavisd-new and SpamAssassin before us: what they hold is held for whom."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from quarantine.intake.headers import Section
from quarantine.inventory import take_inventory
from quarantine.models import Message
from quarantine.states import State
from quarantine.store import open_content
from tests.conftest import People
from tests.services.amavis import amavis
from tests.services.clamav import SIGNATURE, clamav
from tests.services.deployed import deployed
from tests.services.intake import Intake, intake
from tests.services.ports import free_ports
from tests.services.postfix import Postfix, postfix
from tests.smtp_server import SmtpServer
from tests.system.filtered import (
    GTUBE,
    HOLD_SECONDS,
    PARTS,
    VIRUS,
    attachment,
    by_recipient,
    let_spam_pass,
    needs,
    send,
)

pytestmark = [
    pytest.mark.system,
    pytest.mark.django_db(transaction=True),
    needs("postfix", "amavisd", "clamd"),
]

FORGED = (
    "X-Envelope-From: <forged@remote.example>\r\n"
    "X-Envelope-To: <eva@other.example>\r\n"
    "X-Envelope-To-Blocked: <eva@other.example>\r\n"
    "X-Quarantine-ID: <Forged1>\r\n"
    "X-Amavis-Alert: INFECTED, message contains virus: Forged\r\n"
    "X-Spam-Status: Yes, score=99 required=5 tests=[FORGED=99]\r\n"
    "Received: from localhost by localhost (amavis, port 10024) id Forged1; now\r\n"
    "X-Spamd-Result: default: True [99.00 / 6.00]; CLAM_VIRUS(99.00)[Forged]\r\n"
)


@dataclass(frozen=True)
class Site:
    """The filter's MTA, where its clean mail goes, and the intake."""

    mta: Postfix
    next_hop: SmtpServer
    running: Intake

    def passed(self) -> set[str]:
        """Return the subjects of what went straight on."""
        sections = [Section(each.content) for each in self.next_hop.transactions]
        return {section.get("subject", 100) for section in sections}


@contextmanager
def site(folder: Path) -> Iterator[Site]:
    """Run all of it, by the very files of `deploy/`."""
    (back,) = free_ports(1)
    with ExitStack() as stack:
        running = stack.enter_context(intake(folder, "amavis"))
        next_hop = stack.enter_context(SmtpServer())
        scanner = stack.enter_context(clamav())
        port = stack.enter_context(
            amavis(quarantine=running.port, forward=back, clamav=scanner)
        )
        fragment = deployed("postfix/amavis.cf", {":10024": f":{port}"})
        mta = stack.enter_context(
            postfix(
                "acme.example open.example other.example",
                f"smtp:[127.0.0.1]:{next_hop.port}",
                fragment=fragment + deployed("postfix/intake.cf", {}),
                services=deployed("postfix/amavis.master.cf", {":10025": f":{back}"}),
            )
        )
        yield Site(mta, next_hop, running)


def test_amavis_holds_what_it_found_and_lets_the_rest_pass(
    people: People, tmp_path: Path
):
    let_spam_pass(people)

    with site(tmp_path) as made:
        send(made.mta, "innocent", extra=FORGED)
        send(made.mta, "spam", "bob@acme.example", "x@open.example", body=GTUBE)
        send(made.mta, "spam forged", "bob@acme.example", extra=FORGED, body=GTUBE)
        send(made.mta, "virus", "x@open.example", extra=PARTS, body=VIRUS)
        send(
            made.mta,
            "program",
            "x@open.example",
            extra=PARTS,
            body=attachment("setup.exe", b"MZ is enough"),
        )
        assert made.mta.wait_empty(HOLD_SECONDS), made.mta.log[-3000:]
        log = made.mta.log

    assert made.passed() == {"innocent"}
    holds = by_recipient()
    assert holds.keys() == {
        ("spam", "bob@acme.example"),
        ("spam", "x@open.example"),
        ("spam forged", "bob@acme.example"),
        ("virus", "x@open.example"),
        ("program", "x@open.example"),
    }
    for subject in ("spam", "spam forged"):
        hold = holds[subject, "bob@acme.example"]
        names = {symbol["name"] for symbol in hold.reason["symbols"]}
        assert (hold.category, hold.state) == ("spam", State.HELD)
        assert "GTUBE" in names
        assert "FORGED" not in names
        assert hold.message.envelope_sender == "a@remote.example"
        assert hold.message.client_helo == "client.remote.example"
    assert holds["spam", "x@open.example"].state == State.RELEASING
    virus, program = (holds[name, "x@open.example"] for name in ("virus", "program"))
    assert (virus.category, virus.state) == ("virus", State.HELD)
    assert SIGNATURE in virus.reason["alerts"][0]
    assert (program.category, program.state) == ("attachment", State.HELD)
    for message in Message.objects.all():
        content = b"".join(open_content(message))
        assert content.startswith(b"Received: from client.remote.example")
        assert f" {message.queue_id}: " in log
    # Each of the two sees nothing of the other (S14).
    shared = b"".join(open_content(holds["spam", "bob@acme.example"].message))
    assert b"x@open.example" not in shared


@pytest.mark.full
def test_amavis_keeps_what_we_cannot_take(people: People, tmp_path: Path):
    """L1: while the intake is away the mail waits at the MTA, and comes once."""
    with site(tmp_path) as made:
        made.running.kill()
        send(made.mta, "spam", "bob@acme.example", body=GTUBE)
        assert not made.mta.wait_empty(10)
        assert by_recipient() == {}

        with intake(tmp_path, "amavis", port=made.running.port):
            made.mta.flush()
            assert made.mta.wait_empty(HOLD_SECONDS), made.mta.log[-3000:]

    assert by_recipient().keys() == {("spam", "bob@acme.example")}
    assert take_inventory().is_sound
