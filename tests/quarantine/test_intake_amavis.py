"""What amavisd-new hands over becomes holds of those it held the mail for."""

from __future__ import annotations

import pytest

from quarantine.intake.filters import Filter
from quarantine.models import Hold, Message
from quarantine.store import open_content
from tests.conftest import People
from tests.quarantine.test_intake_filters import AMAVIS, MAIL, POSTFIX, QUARANTINE
from tests.quarantine.test_intake_hold import codes, keep, transaction

pytestmark = [pytest.mark.db, pytest.mark.django_db]

CONTENT = POSTFIX + MAIL % b""


def packed(*blocked: str, mail_id: bytes = b"EB9jPazX3T3o") -> bytes:
    told = ", ".join(f"<{address}>" for address in blocked).encode()
    block = AMAVIS.replace(b"<bob@acme.example>,\r\n <info@acme.example>", told)
    return (block % b"").replace(b"EB9jPazX3T3o", mail_id) + CONTENT


def take(content: bytes) -> list[list[str]]:
    brought = transaction(QUARANTINE, content=content, queue_id="")
    return codes(keep(brought, filter_name=Filter.AMAVIS))


def test_holds_for_those_whose_mail_was_held(people: People):
    assert take(packed("bob@acme.example", "eva@other.example")) == [["250"]]

    holds = {hold.envelope_recipient: hold for hold in Hold.objects.all()}
    assert holds.keys() == {"bob@acme.example", "eva@other.example"}
    hold = holds["bob@acme.example"]
    assert (hold.customer, hold.address) == (people.acme, people.bob_address)
    assert (hold.category, hold.score) == ("spam", 1000.001)
    assert hold.message.envelope_sender == "a@remote.example"
    assert hold.message.queue_id == "4cXyZ1abc"
    assert hold.message.client_address == "192.0.2.7"


def test_content_is_what_the_mta_gave_to_amavis(people: People):
    """S14: the block that names all recipients, hidden ones too, is not kept."""
    take(packed("bob@acme.example", "eva@other.example"))

    for message in Message.objects.all():
        assert b"".join(open_content(message)) == CONTENT
        assert message.size == len(CONTENT)


def test_unknown_recipient_defers_all_and_holds_for_the_others_once(people: People):
    both = ("bob@acme.example", "x@nobody.example")

    assert take(packed(*both)) == [["451"]]
    # amavisd scans it again when the MTA comes again: under another id.
    assert take(packed(*both, mail_id=b"Other1")) == [["451"]]

    assert Hold.objects.get().envelope_recipient == "bob@acme.example"


def test_second_delivery_makes_no_second_row(people: People):
    take(packed("bob@acme.example"))
    again = take(packed("bob@acme.example", mail_id=b"Other1"))

    assert again == [["250"]]
    assert Hold.objects.count() == 1


def test_mail_without_a_block_stays_with_the_mta(people: People, caplog):
    assert take(CONTENT) == [["451"]]

    assert Hold.objects.count() == 0
    assert "ALERT" in caplog.text


def test_large_mail_loses_its_block_only(people: People):
    body = b"0123456789abcdef" * 64 * 1024 + b"\r\n"

    take(packed("bob@acme.example") + body * 2)

    message = Message.objects.get()
    assert b"".join(open_content(message)) == CONTENT + body * 2
