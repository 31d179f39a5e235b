"""How others lost, broke or doubled mail on release, told again on our own way out.

Each test is named after its story (`design/quarantine.md` c). L4, L5 and L13 stand in
test_reinjection.py, D1 in test_release.py, more of D3 in test_release_faults.py.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from django.urls import reverse
from django.utils import timezone

from accounts.models import Domain
from quarantine.models import Hold
from quarantine.reinjection import give_up_lost, reinject
from quarantine.states import State
from quarantine.traces import find_trace
from tests.conftest import People
from tests.factories import make_hold
from tests.services.intake import ROOT, environment, greeted, intake
from tests.smtp_server import KEYWORDS, Script, SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)

MAIL = (
    b"From: A <a@remote.example>\r\nTo: bob@acme.example\r\n"
    b"Subject: =?utf-8?q?Gr=C3=BCezi?=\r\nDate: Tue, 24 Nov 2026 10:00:00 +0100\r\n"
    b"Message-ID: <1@remote.example>\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
    b"\r\nZ\xc3\xbcrich   mit  Leerraum \t\r\n.\r\n..punkte\r\n\r\n\r\n"
)
FIELDS = [b"from", b"to", b"subject", b"date", b"message-id"]
# MIME that parsers mend, and so break, when they write it anew (MailWatch#1282).
MALFORMED = {
    "no blank line": b"Subject: x\r\nContent-Type: text/plain\r\n",
    "no header": b"\r\nText\r\n",
    "boundary never closed": (
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\nText\r\n"
    ),
    "boundary that never comes": (
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\nText\r\n"
    ),
    "two boundaries": (
        b"Content-Type: multipart/mixed; boundary=a; boundary=b\r\n\r\n"
        b"--a\r\n\r\nA\r\n--a--\r\n--b\r\n\r\nB\r\n--b--\r\n"
    ),
    "fields twice": b"Subject: 1\r\nsubject : 2\r\nSUBJECT:3\r\n\r\nText\r\n",
    "line that is no field": b"Subject: x\r\nnot a field\r\nTo: y\r\n\r\nText\r\n",
    "folded by nothing": b"Subject: x\r\n \r\n\t\r\nTo: y\r\n\r\nText\r\n",
    "bytes in the header": b"Subject: \xff\xfe\x00\xe4\r\n\r\nText\r\n",
    "base64 that is none": (
        b"Content-Transfer-Encoding: base64\r\n\r\n====!!!\r\nA\r\n"
    ),
    "charset that is none": b"Content-Type: text/plain; charset=x-\xff\r\n\r\n\xff\r\n",
}


@pytest.fixture(autouse=True)
def any_port(settings) -> None:
    settings.ALLOWED_PORTS = list(range(1024, 65536))


def point(next_hop: SmtpServer) -> None:
    Domain.objects.update(next_hop_host="127.0.0.1", next_hop_port=next_hop.port)


def release_all() -> None:
    """Release all holds, one after the other."""
    Hold.objects.update(state=State.RELEASING, decided_at=timezone.now())
    for hold in Hold.objects.order_by("pk"):
        reinject(str(hold.customer_id), str(hold.pk))


def below_trace(content: bytes) -> bytes:
    found = find_trace(content)
    assert found is not None
    return content[found.end :]


def make_keys() -> dict[str, tuple[bytes, bytes]]:
    """Return private keys as dkimpy wants them, and the TXT records, by algorithm."""
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = rsa_key.private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    )
    der = rsa_key.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    ed_key = ed25519.Ed25519PrivateKey.generate()
    seed = base64.b64encode(ed_key.private_bytes_raw())
    public = base64.b64encode(ed_key.public_key().public_bytes_raw())
    return {
        "rsa-sha256": (pem, b"v=DKIM1; k=rsa; p=" + base64.b64encode(der)),
        "ed25519-sha256": (seed, b"v=DKIM1; k=ed25519; p=" + public),
    }


def test_l6_hash_and_dkim_signatures_survive_intake_and_release(
    people: People, tmp_path: Path
):
    keys = make_keys()
    signed = []
    for algorithm, (private, _record) in keys.items():
        for modes in [(b"simple", b"simple"), (b"relaxed", b"relaxed")]:
            field = dkim.sign(
                MAIL,
                selector=algorithm.partition("-")[0].encode(),
                domain=b"remote.example",
                privkey=private,
                canonicalize=modes,
                signature_algorithm=algorithm.encode(),
                include_headers=FIELDS,
            )
            signed.append(field + MAIL)
    records = {
        f"{algorithm.partition('-')[0]}._domainkey.remote.example.".encode(): record
        for algorithm, (_private, record) in keys.items()
    }
    with intake(tmp_path) as running, greeted(running) as client:
        for number, content in enumerate(signed):
            (reply,) = client.send(content, queue_id=f"L6{number}")
            assert reply.startswith("250")

    with SmtpServer() as next_hop:
        point(next_hop)
        release_all()
    received = [each.content for each in next_hop.transactions]

    hashes = [hashlib.sha256(below_trace(content)).digest() for content in received]
    assert hashes == [hashlib.sha256(content).digest() for content in signed]
    for content in received:
        broken = content.replace(b"Z\xc3\xbcrich", b"Zug")
        assert dkim.verify(content, dnsfunc=lambda name, **_: records.get(name))
        assert not dkim.verify(broken, dnsfunc=lambda name, **_: records.get(name))


def test_l9_malformed_mime_is_released_untouched(people: People, tmp_path: Path):
    with intake(tmp_path) as running, greeted(running) as client:
        for number, content in enumerate(MALFORMED.values()):
            assert client.send(content, queue_id=f"L9{number}")[0].startswith("250")

    with SmtpServer() as next_hop:
        point(next_hop)
        release_all()

    received = [below_trace(each.content) for each in next_hop.transactions]
    assert received == list(MALFORMED.values())


def test_l11_a_failure_among_many_is_shown_as_one(people: People, client_for):
    holds = [make_hold(people.acme) for _number in range(5)]
    client = client_for(people.bob)
    later = ["250 ok", "450 4.2.0 mailbox busy", *["250 ok"] * 4]
    with SmtpServer(Script(replies={"RCPT": later}, keywords=())) as next_hop:
        point(next_hop)
        client.post(
            reverse("quarantine:release_many"), {"hold": [str(h.pk) for h in holds]}
        )
        for hold in holds:
            reinject(str(hold.customer_id), str(hold.pk))

    for hold in holds:
        hold.refresh_from_db()
    states = [hold.state for hold in holds]
    assert states.count(State.RELEASED) == len(next_hop.transactions) == 4
    (waiting,) = [hold for hold in holds if hold.state == State.RELEASING]
    page = client.get(reverse("quarantine:hold", args=[waiting.pk])).content.decode()
    assert "450 4.2.0 mailbox busy" in page


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        ("250", State.RELEASED),
        ("250 " + "x" * 2000, State.RELEASED),
        ("\n".join(["250-line"] * 60 + ["250 done"]), State.RELEASED),
        ("250 " + "x" * 100_000, State.UNSURE),
        ("\n".join(["250-line"] * 5000 + ["250 done"]), State.UNSURE),
        ("25", State.UNSURE),
        ("", State.UNSURE),
        ("250-one\n550 two", State.UNSURE),
    ],
    ids=["bare", "long", "many", "too long", "too many", "short", "none", "mixed"],
)
def test_l12_short_and_long_replies_are_read_whole_or_leave_it_unsure(
    people: People, reply, state
):
    hold = make_hold(people.acme)
    with SmtpServer(Script(replies={"END": reply})) as next_hop:
        point(next_hop)
        release_all()

    hold.refresh_from_db()
    assert hold.state == state


def test_l12_a_reply_that_comes_late_is_waited_for(people: People):
    hold = make_hold(people.acme)
    delays = dict.fromkeys(["GREETING", "EHLO", "MAIL", "RCPT", "DATA", "END"], 0.3)
    with SmtpServer(Script(delays=delays)) as next_hop:
        point(next_hop)
        release_all()

    hold.refresh_from_db()
    assert hold.state == State.RELEASED


def test_d2_a_held_mail_is_nowhere_else_and_its_release_is_the_only_copy(
    people: People, tmp_path: Path
):
    """D2: others keep a copy in Junk, and the release was a second or was swallowed.

    Whoever stands before us hands the mail over instead of delivering it; until
    somebody releases it, no next hop has seen its Message-ID.
    """
    with SmtpServer(Script(keywords=KEYWORDS)) as next_hop:
        point(next_hop)
        with intake(tmp_path) as running, greeted(running) as client:
            for queue_id in ("D2", "D2"):  # brought twice, after a lost reply
                client.send(MAIL, queue_id=queue_id)
        before = next_hop.connections
        release_all()
        release_all_again = Hold.objects.filter(state=State.RELEASED).count()

    assert (before, release_all_again) == (0, 1)
    assert [
        each.content.count(b"<1@remote.example>") for each in next_hop.transactions
    ] == [1]


CRASH_BEFORE_COMMIT = """
import django, os, sys
django.setup()
from quarantine import reinjection
reinjection._record = lambda *_: os._exit(9)
reinjection.reinject(*sys.argv[1:])
"""


def test_d3_a_crash_after_250_and_before_the_commit_never_delivers_twice(
    people: People, settings
):
    hold = make_hold(people.acme, state=State.RELEASING, decided_at=timezone.now())
    with SmtpServer() as next_hop:
        point(next_hop)
        crashed = subprocess.run(
            [
                sys.executable,
                "-c",
                CRASH_BEFORE_COMMIT,
                str(people.acme.pk),
                str(hold.pk),
            ],
            cwd=ROOT,
            env=environment(
                DJANGO_SETTINGS_MODULE="cleanmail.settings", ALLOWED_PORTS=next_hop.port
            ),
            timeout=60,
            check=False,
        )
        reinject(str(people.acme.pk), str(hold.pk))  # the broker delivers it again
        give_up_lost(timezone.now() + timedelta(hours=1))
        reinject(str(people.acme.pk), str(hold.pk))
        hold.refresh_from_db()

    assert crashed.returncode == 9
    assert (hold.state, len(next_hop.transactions)) == (State.UNSURE, 1)
