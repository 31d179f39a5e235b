"""What the runs of the filters have in common: mails, and who gets which."""

from __future__ import annotations

import os
import shutil
from base64 import b64encode
from collections.abc import Callable
from email.utils import formatdate, make_msgid

import pytest

from accounts.models import Domain, Policy
from quarantine.models import Hold
from tests.conftest import People
from tests.factories import make_domain
from tests.services.clamav import EICAR
from tests.services.intake import LmtpClient, stuff
from tests.services.postfix import Postfix

HOLD_SECONDS = 120
GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
PARTS = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=part\r\n"


def needs(*programs: str) -> pytest.MarkDecorator:
    """Return a mark that skips, by name, where a program or root is missing."""
    missing = [name for name in programs if shutil.which(name) is None]
    if os.geteuid() != 0:
        missing.append("root")
    return pytest.mark.skipif(bool(missing), reason=f"without {', '.join(missing)}")


def attachment(name: str, content: bytes) -> str:
    """Return a body with one attachment, to go with `PARTS`."""
    return (
        "--part\r\nContent-Type: text/plain\r\n\r\nIm Anhang.\r\n--part\r\n"
        f'Content-Type: application/octet-stream; name="{name}"\r\n'
        f'Content-Disposition: attachment; filename="{name}"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
        f"{b64encode(content).decode()}\r\n--part--"
    )


VIRUS = attachment("rechnung.bin", EICAR)


def send(
    mta: Postfix,
    subject: str,
    *recipients: str,
    extra: str = "",
    body: str = "Text",
    sender: str = "a@remote.example",
    to: str = "bob@acme.example",
    sign: Callable[[str], str] = str,
) -> None:
    """Bring a mail as a stranger does."""
    content = (
        f"{extra}From: A <a@remote.example>\r\nTo: {to}\r\n"
        f"Subject: {subject}\r\nDate: {formatdate()}\r\n"
        f"Message-ID: {make_msgid(domain='remote.example')}\r\n"
        f"\r\n{body}\r\n"
    )
    named = recipients or ("bob@acme.example", "info@acme.example")
    with LmtpClient("127.0.0.1", mta.port) as client:
        replies = client.say(
            "EHLO client.remote.example",
            f"MAIL FROM:<{sender}>",
            *(f"RCPT TO:<{recipient}>" for recipient in named),
            "DATA",
        )
        assert replies[-1].startswith("354"), replies
        client.socket.sendall(stuff(sign(content).encode()))
        reply = client.reply()
        assert reply.startswith("250"), reply


def let_spam_pass(people: People) -> Domain:
    """Make a second domain whose policy delivers what is plain spam."""
    domain = make_domain(people.acme, "open.example")
    Policy.objects.create(
        customer=people.acme, domain=domain, held_categories=["virus", "attachment"]
    )
    return domain


def by_recipient() -> dict[tuple[str, str], Hold]:
    """Return all holds by subject and recipient."""
    holds = Hold.objects.select_related("message")
    return {(hold.subject, hold.envelope_recipient): hold for hold in holds}
