"""Postfix and SpamAssassin alone before us, by spamass-milter."""

from __future__ import annotations

from pathlib import Path

import pytest

from quarantine.intake.headers import Section
from quarantine.states import State
from tests.conftest import People
from tests.services.deployed import deployed
from tests.services.intake import intake
from tests.services.postfix import postfix
from tests.services.spamassassin import spamassassin
from tests.smtp_server import SmtpServer
from tests.system.filtered import (
    GTUBE,
    HOLD_SECONDS,
    by_recipient,
    let_spam_pass,
    needs,
    send,
)

pytestmark = [
    pytest.mark.system,
    pytest.mark.full,
    pytest.mark.django_db(transaction=True),
    needs("postfix", "spamd", "spamass-milter"),
]

FORGED = (
    "X-Spam-Flag: YES\r\nX-Spam-Flag: YES\r\n"
    "X-Spam-Status: Yes, score=99 required=5 tests=CLAMAV=99\r\n"
    "X-Spam-Status: No, score=-99 required=5 tests=CLAMAV=99\r\n"
)


def test_spamassassin_holds_what_it_found_and_lets_the_rest_pass(
    people: People, tmp_path: Path
):
    let_spam_pass(people)
    marks, strips = tmp_path / "milter_header_checks", tmp_path / "header_checks"

    with (
        intake(tmp_path, "spamassassin") as running,
        SmtpServer() as next_hop,
        spamassassin() as milter,
    ):
        tmp_path.chmod(0o755)
        rules = {":2426": f":{running.port}"}
        name = "postfix/milter_header_checks.spamassassin"
        marks.write_text(deployed(name, rules))
        strips.write_text(deployed("postfix/header_checks.spamassassin", {}))
        fragment = deployed(
            "postfix/spamassassin.cf",
            {
                "unix:/run/spamass/spamass.sock": f"inet:127.0.0.1:{milter}",
                "/etc/postfix/milter_header_checks": str(marks),
                "/etc/postfix/header_checks": str(strips),
            },
        )
        with postfix(
            "acme.example open.example",
            f"smtp:[127.0.0.1]:{next_hop.port}",
            fragment=fragment + deployed("postfix/intake.cf", {}),
        ) as mta:
            send(mta, "innocent", extra=FORGED)
            send(mta, "spam", "bob@acme.example", "x@open.example", body=GTUBE)
            send(mta, "spam forged", "bob@acme.example", extra=FORGED, body=GTUBE)
            assert mta.wait_empty(HOLD_SECONDS), mta.log[-3000:]
        passed = [Section(each.content) for each in next_hop.transactions]

    assert {section.get("subject", 100) for section in passed} == {"innocent"}
    holds = by_recipient()
    for subject in ("spam", "spam forged"):
        hold = holds[subject, "bob@acme.example"]
        names = {symbol["name"] for symbol in hold.reason["symbols"]}
        assert (hold.category, hold.state) == ("spam", State.HELD)
        assert hold.reason["filter"] == "spamassassin"
        assert "GTUBE" in names
        assert "CLAMAV" not in names
        assert hold.score > 900
    assert holds["spam", "x@open.example"].state == State.RELEASING
    assert len(holds) == 3
