"""The lab's own parts, without a lab: they must break what they say, and only that."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from tests.lab import pki, relaying
from tests.lab.dnsfault import answer
from tests.lab.linkem import Direction

EHLO = [
    b"250-smtp.example\r\n",
    b"250-STARTTLS\r\n",
    b"250-SIZE 10\r\n",
    b"250 CHUNKING\r\n",
]
RECORDS = {"a.example": {"A": ["192.0.2.1", "192.0.2.2"]}}


def query(name: str, kind: int = 1) -> bytes:
    labels = b"".join(bytes([len(p)]) + p.encode() for p in name.split("."))
    head = struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0)
    return head + labels + b"\0" + struct.pack(">HH", kind, 1)


def rcode_and_count(name: str, kind: int = 1, **zone: Any) -> tuple[int, int] | None:
    reply = answer(query(name, kind), {"mode": "ok", "records": RECORDS} | zone)
    if reply is None:
        return None
    assert reply[:2] == struct.pack(">H", 7)
    return reply[3] & 15, struct.unpack(">H", reply[6:8])[0]


def test_name_server_answers_what_the_zone_has():
    assert rcode_and_count("a.example") == (0, 2)
    assert rcode_and_count("A.Example") == (0, 2)
    assert rcode_and_count("a.example", 28) == (0, 0)
    assert rcode_and_count("b.example") == (3, 0)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("nxdomain", (3, 0)),
        ("servfail", (2, 0)),
        ("refused", (5, 0)),
        ("nodata", (0, 0)),
        ("drop", None),
    ],
)
def test_name_server_fails_as_told(mode: str, expected: tuple[int, int] | None):
    assert rcode_and_count("a.example", mode=mode) == expected


def test_name_server_fails_only_for_the_name_and_type_told():
    assert rcode_and_count("a.example", mode="drop", only="b.example") == (0, 2)
    assert rcode_and_count("a.example", mode="drop", types=["AAAA"]) == (0, 2)
    assert rcode_and_count("a.example", 28, mode="drop", types=["AAAA"]) is None


def test_hijacked_name_has_the_foreign_address():
    zone = {"mode": "hijack", "hijack": "198.51.100.66", "records": RECORDS}

    reply = answer(query("a.example"), zone)

    assert reply is not None
    assert reply.endswith(bytes([198, 51, 100, 66]))


def test_mask_leaves_known_words_and_hides_the_others():
    assert (
        relaying.mask_greeting(b"220 a.example ESMTP\r\n") == b"220 ********* *****\r\n"
    )
    assert relaying.mask_ehlo(b"250-STARTTLS\r\n") == b"250-XXXXXXXA\r\n"
    assert relaying.mask_ehlo(b"250 SIZE 10\r\n") == b"250 SIZE 10\r\n"
    assert relaying.mask_command(b"STARTTLS", b"STARTTLS\r\n") == b"XXXXXXXX\r\n"
    assert relaying.mask_command(b"MAIL", b"MAIL FROM:<>\r\n") == b"MAIL FROM:<>\r\n"


@pytest.mark.parametrize("keyword", [b"STARTTLS", b"CHUNKING"])
def test_a_keyword_taken_out_leaves_a_whole_reply(keyword: bytes):
    lines = relaying.without(keyword, EHLO)

    assert not relaying.has_keyword(keyword, lines)
    assert len(lines) == 3
    assert [line[3:4] for line in lines] == [b"-", b"-", b" "]


def test_link_delays_drops_and_keeps_the_order():
    link = Direction()
    link.values |= {"delay": 50.0, "jitter": 40.0, "max": 1200}

    arrivals = [link.due(b"x" * 1000, now=number / 1000) for number in range(50)]

    assert arrivals == sorted(arrivals)
    assert arrivals[0] >= 0.01
    assert link.due(b"x" * (1200 + 14), now=1.0) is not None
    assert link.due(b"x" * (1200 + 15), now=1.0) is None
    link.values["loss"] = 100.0
    assert link.due(b"x", now=1.0) is None


def test_slow_link_sends_one_frame_after_the_other():
    link = Direction()
    link.values["rate"] = 80.0  # kbit/s: 1,000 bytes take a tenth of a second

    first, second = (link.due(b"x" * 1000, now=0.0) for _frame in range(2))

    assert (first, second) == (pytest.approx(0.1), pytest.approx(0.2))


def test_certificates_are_bad_in_the_way_their_name_says(tmp_path: Path):
    folder = tmp_path / "certificates"
    pki.make(folder, "smtp.example")

    chains = {
        path.stem: x509.load_pem_x509_certificates(path.read_bytes())
        for path in folder.glob("*.pem")
    }

    now = datetime.now(UTC)
    assert chains["good"][0].issuer == chains["good"][1].subject
    assert chains["good"][0].not_valid_after_utc > now
    assert chains["expired"][0].not_valid_after_utc < now
    assert len(chains["no-chain"]) == 1
    assert chains["self-signed"][0].issuer == chains["self-signed"][0].subject
    assert "relay-old" in chains["wrong-name"][0].subject.rfc4514_string()
    assert chains["shield"][0].issuer not in {c.subject for c in chains["good"]}
