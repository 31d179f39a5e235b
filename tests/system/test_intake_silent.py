"""An intake that never answers: mail flows on, what is to be held waits and is held."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from quarantine.intake.headers import Section
from tests.conftest import People
from tests.services.intake import intake
from tests.services.postfix import Postfix, postfix
from tests.smtp_server import SmtpServer
from tests.system.filtered import HOLD_SECONDS, by_recipient, needs, send

pytestmark = [
    pytest.mark.system,
    pytest.mark.django_db(transaction=True),
    needs("postfix"),
]


def wait_for(mta: Postfix, text: str) -> None:
    """Wait until Postfix logs it."""
    end = time.monotonic() + HOLD_SECONDS
    while text not in mta.log:
        assert time.monotonic() < end, mta.log[-3000:]
        time.sleep(0.2)


def test_l3_intake_that_never_answers_stops_no_other_mail(
    people: People, tmp_path: Path
):
    """L3: an exporter that hung made the filter hang, and mail was let through."""
    checks = tmp_path / "header_checks"
    silent = socket.create_server(("127.0.0.1", 0))
    port = silent.getsockname()[1]
    tmp_path.chmod(0o755)
    checks.write_text(f"/^Subject: held/ FILTER lmtp:[127.0.0.1]:{port}\n")

    with (
        SmtpServer() as next_hop,
        postfix(
            "acme.example",
            f"smtp:[127.0.0.1]:{next_hop.port}",
            header_checks=f"regexp:{checks}",
            lmtp_lhlo_timeout="2s",
        ) as mta,
    ):
        send(mta, "held", "bob@acme.example")
        send(mta, "innocent", "bob@acme.example")
        wait_for(mta, "timed out while receiving the initial server greeting")
        wait_for(mta, "status=sent")
        assert by_recipient() == {}
        assert mta.queued() == 1

        silent.close()
        with intake(tmp_path, port=port):
            mta.flush()
            assert mta.wait_empty(HOLD_SECONDS), mta.log[-3000:]
        passed = [Section(each.content) for each in next_hop.transactions]

    assert [section.get("subject", 100) for section in passed] == ["innocent"]
    assert by_recipient().keys() == {("held", "bob@acme.example")}
