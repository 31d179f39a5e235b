"""The intake as a process: what it answers 250 for is there, byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from quarantine.models import Hold, Message
from quarantine.states import State
from quarantine.store import open_content
from tests.conftest import People
from tests.services.intake import Intake, greeted, intake

pytestmark = pytest.mark.django_db(transaction=True)

CONTENT = (
    b"From: =?utf-8?q?J=C3=BCrg?= <jurg@remote.example>\r\n"
    b"Subject: Offerte\r\n\r\nGuten Tag\r\n.\r\n..\r\nEnde\r\n"
)


@pytest.fixture
def running(people: People, tmp_path: Path) -> Iterator[Intake]:
    with intake(tmp_path) as started:
        yield started


def read(message: Message) -> bytes:
    return b"".join(open_content(message))


def test_holds_a_message(running: Intake, people: People):
    with greeted(running) as client:
        replies = client.send(CONTENT, sender="", queue_id="4cXyZ1")

    hold = Hold.objects.get()
    assert replies[0].startswith("250 2.6.0")
    assert (hold.customer, hold.address) == (people.acme, people.bob_address)
    assert (hold.state, hold.category) == (State.HELD, "other")
    assert hold.header_from_name == "Jürg"
    assert hold.subject == "Offerte"
    assert hold.message.envelope_sender == ""
    assert hold.message.queue_id == "4cXyZ1"
    assert read(hold.message) == CONTENT
    assert hold.message.content_sha256 == hashlib.sha256(CONTENT).hexdigest()
