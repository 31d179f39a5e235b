"""Postfix and Rspamd before us: why mail is held is what the filter said."""

from __future__ import annotations

from email.utils import formatdate, make_msgid
from pathlib import Path

import pytest

from quarantine.intake.headers import Section
from quarantine.models import Hold
from quarantine.store import open_content
from tests.conftest import People
from tests.services.intake import LmtpClient, intake, stuff
from tests.services.postfix import Postfix, postfix
from tests.services.rspamd import rspamd
from tests.smtp_server import SmtpServer

pytestmark = [pytest.mark.system, pytest.mark.django_db(transaction=True)]

PATTERN = "YJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
FORGED = (
    "X-Spam: Yes\r\nX-Cleanmail-Hold: virus\r\n"
    "X-Rspamd-Queue-Id: 4cForged\r\n"
    "X-Spamd-Result: default: True [99.00 / 6.00]; CLAM_VIRUS(99.00)[Eicar]\r\n"
)


def send(mta: Postfix, subject: str, *, extra: str = "", body: str = "Text") -> None:
    content = (
        f"From: A <a@remote.example>\r\nTo: bob@acme.example\r\nSubject: {subject}\r\n"
        f"Date: {formatdate()}\r\nMessage-ID: {make_msgid(domain='remote.example')}\r\n"
        f"{extra}\r\n{body}\r\n"
    )
    with LmtpClient("127.0.0.1", mta.port) as client:
        client.say(
            "EHLO client.remote.example",
            "MAIL FROM:<a@remote.example>",
            "RCPT TO:<bob@acme.example>",
            "RCPT TO:<info@acme.example>",
            "DATA",
        )
        client.socket.sendall(stuff(content.encode()))
        assert client.reply().startswith("250")


@pytest.mark.parametrize(
    "headers",
    ["", "default_headers_order = 1;"],
    ids=["headers below the sender's", "headers on top"],
)
def test_verdict_is_rspamds_and_not_the_senders(
    people: People, tmp_path: Path, headers: str
):
    checks = tmp_path / "milter_header_checks"
    with (
        intake(tmp_path) as running,
        SmtpServer() as next_hop,
        rspamd(headers) as milter,
    ):
        tmp_path.chmod(0o755)
        checks.write_text(f"/^X-Spam: Yes/ FILTER lmtp:[127.0.0.1]:{running.port}\n")
        with postfix(
            "acme.example",
            f"smtp:[127.0.0.1]:{next_hop.port}",
            smtpd_milters=f"inet:127.0.0.1:{milter}",
            milter_default_action="tempfail",
            milter_mail_macros="i {mail_addr} {client_addr} {client_name}",
            milter_header_checks=f"regexp:{checks}",
        ) as mta:
            send(mta, "holdme one")
            send(mta, "holdme two", extra=FORGED)
            send(mta, "innocent", extra=FORGED)
            send(mta, "pattern", extra=FORGED, body=PATTERN)
            assert mta.wait_empty(120), mta.log[-3000:]
        passed = [Section(each.content) for each in next_hop.transactions]

    assert {section.get("subject", 100) for section in passed} == {"innocent"}
    holds = {
        (hold.subject, hold.envelope_recipient): hold
        for hold in Hold.objects.select_related("message")
    }
    assert len(holds) == 6
    for subject in ("holdme one", "holdme two"):
        hold = holds[subject, "bob@acme.example"]
        names = [symbol["name"] for symbol in hold.reason["symbols"]]
        assert (hold.category, hold.reason["filter"]) == ("spam", "rspamd"), subject
        assert "HOLDME" in names
        assert "CLAM_VIRUS" not in names
        assert 10 < hold.score < 60
        assert hold.message.client_helo == "client.remote.example"
        assert b"Subject: " + subject.encode() in b"".join(open_content(hold.message))
    # Rspamd ends early at its test pattern and adds no details: nor do we believe any.
    pattern = holds["pattern", "info@acme.example"]
    assert (pattern.category, pattern.score) == ("other", None)
    assert pattern.reason == {"filter": ""}
