"""From the wire to the wire: what a sender asked for is kept, and used on release."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.models import Domain
from quarantine.models import Hold
from quarantine.reinjection import reinject
from quarantine.states import State
from quarantine.store import open_content
from tests.conftest import People
from tests.services.intake import greeted, intake
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)

CONTENT = b"Subject: Gr\xc3\xbcezi\r\n\r\n.\r\n..x\r\nZ\xc3\xbcrich\r\n"


@pytest.fixture(autouse=True)
def any_port(settings) -> None:
    settings.ALLOWED_PORTS = list(range(1024, 65536))


def release(next_hop: SmtpServer) -> None:
    """Release all holds, one after the other."""
    Domain.objects.update(next_hop_host="127.0.0.1", next_hop_port=next_hop.port)
    Hold.objects.update(state=State.RELEASING)
    for hold in Hold.objects.all():
        reinject(str(hold.customer_id), str(hold.pk))


def test_parameters_of_the_envelope_come_in_and_go_out(people: People, tmp_path: Path):
    with intake(tmp_path) as running, greeted(running) as client:
        replies = client.say(
            "MAIL FROM:<a@remote.example> SIZE=99 BODY=8BITMIME SMTPUTF8"
            " RET=HDRS ENVID=QQ+2B314",
            "RCPT TO:<bob@acme.example> NOTIFY=SUCCESS,DELAY"
            " ORCPT=rfc822;Bob+2Bx@acme.example",
            "RCPT TO:<grüezi@acme.example> NOTIFY=NEVER",
        )
        assert [reply[:3] for reply in replies] == ["250"] * 3
        client.say("RSET")
        assert [
            reply[:3]
            for reply in client.send(
                CONTENT,
                sender="a@remote.example",
                parameters=" BODY=8BITMIME RET=HDRS ENVID=QQ+2B314",
                queue_id="Q1",
            )
        ] == ["250"]
        client.say(
            "MAIL FROM:<> BODY=8BITMIME RET=FULL",
            "RCPT TO:<bob@acme.example> NOTIFY=SUCCESS,DELAY"
            " ORCPT=rfc822;Bob+2Bx@acme.example",
        )
        client.say("DATA")
        client.socket.sendall(b"Subject: null\r\n\r\nText\r\n.\r\n")
        assert client.reply().startswith("250")

    holds = {hold.message.envelope_sender: hold for hold in Hold.objects.all()}
    assert holds["a@remote.example"].message.envelope_id == "QQ+314"
    assert holds["a@remote.example"].message.dsn_return == "HDRS"
    assert holds[""].notify == "SUCCESS,DELAY"
    assert holds[""].original_recipient == "rfc822;Bob+x@acme.example"

    with SmtpServer() as next_hop:
        release(next_hop)
        sent = {each.mail.split(" ")[1]: each for each in next_hop.transactions}

    by_name, by_null = sent["FROM:<a@remote.example>"], sent["FROM:<>"]
    assert by_name.mail.endswith(" BODY=8BITMIME RET=HDRS ENVID=QQ+2B314")
    assert by_name.recipients == ["RCPT TO:<bob@acme.example> NOTIFY=NEVER"]
    assert by_null.mail.endswith(" RET=FULL")
    assert by_null.recipients == [
        "RCPT TO:<bob@acme.example> NOTIFY=NEVER ORCPT=rfc822;Bob+2Bx@acme.example"
    ]
    assert by_name.content.endswith(CONTENT)


def test_smtputf8_is_kept_and_used(people: People, tmp_path: Path):
    with intake(tmp_path) as running, greeted(running) as client:
        replies = client.send(
            CONTENT,
            ["grüezi@acme.example"],
            sender="jürg@remote.example",
            parameters=" SMTPUTF8 BODY=8BITMIME",
        )

    assert replies[0].startswith("250")
    with SmtpServer() as next_hop:
        release(next_hop)
        (sent,) = next_hop.transactions

    assert sent.mail.startswith("MAIL FROM:<jürg@remote.example>")
    assert " SMTPUTF8" in sent.mail
    assert sent.recipients == ["RCPT TO:<grüezi@acme.example> NOTIFY=NEVER"]


def test_l2_one_refused_recipient_takes_nothing_from_the_others(
    people: People, tmp_path: Path
):
    """L2: an exporter sent only metadata once one of the recipients was refused."""
    with intake(tmp_path) as running, greeted(running) as client:
        replies = client.say(
            "MAIL FROM:<a@remote.example>",
            "RCPT TO:<bob@acme.example>",
            "RCPT TO:<broken",
            "RCPT TO:<info@acme.example>",
            "DATA",
        )
        client.socket.sendall(b"Subject: whole\r\n\r\nText\r\n.\r\n")
        kept = [client.reply(), client.reply()]

    assert [reply[:3] for reply in replies] == ["250", "250", "501", "250", "354"]
    assert [reply[:3] for reply in kept] == ["250", "250"]
    assert Hold.objects.count() == 2
    for hold in Hold.objects.all():
        content = b"".join(open_content(hold.message))
        assert content == b"Subject: whole\r\n\r\nText\r\n"
