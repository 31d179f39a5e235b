"""Varied mail, the same for a seed: 60 % of 2 kB, 30 % of 20 kB, 10 % of 200 kB."""

from __future__ import annotations

import base64
import quopri
import random
import re
from collections.abc import Callable

WORDS = re.findall(
    r"\w+",
    "invoice payment your account held message delivery order shipping notice update "
    "meeting report quarter attached please review confirm password reset security "
    "team offer discount winner project budget schedule contract signature the a of to "
    "and in for with on we you it is are was been this that from",
)
FOREIGN = (
    "Zażółć gęślą jaźń",
    "Счёт за услуги",
    "ご請求書の件",
    "Überfällige Rechnung",
    "Facture impayée été",
    "ελληνικά κείμενο",
)
CHARSETS = ("utf-8", "iso-8859-1", "windows-1251", "koi8-r")
SIZES = (2_000, 20_000, 200_000)
WEIGHTS = (60, 30, 10)
HEADER_BYTES = 1200


class Writer:
    """Writes one corpus."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def content(self) -> bytes:
        """Return the content of one message, lines ended by CRLF."""
        (usual,) = self.random.choices(SIZES, WEIGHTS)
        size = int(usual * self.random.uniform(0.7, 1.3))
        header, body = self._body(max(200, size - HEADER_BYTES))
        text = f"{self._header()}\r\n{header}\r\n\r\n{body}"
        return text.encode("latin-1", "replace").rstrip(b"\r\n") + b"\r\n"

    def _words(self, count: int) -> str:
        return " ".join(self.random.choices(WORDS, k=count))

    def _header(self) -> str:
        choice = self.random.choice
        lines = [
            f"Received: from mx{hop}.{choice(WORDS)}.example "
            f"(mx{hop}.example [192.0.2.{self.random.randrange(255)}])\r\n"
            f"\tby relay{hop}.example.net (Postfix) with ESMTPS "
            f"id {self.random.getrandbits(40):010X}\r\n"
            "\tfor <user@example.org>; Tue, 13 Jan 2026 10:00:00 +0000 (UTC)"
            for hop in range(self.random.randint(2, 5))
        ]
        lines += [
            f"From: Big Sale <{choice(WORDS)}@{choice(WORDS)}.example>",
            "To: user@example.org",
            f"Subject: {self._subject()}",
            f"Message-ID: <{self.random.getrandbits(64):x}@bench.example>",
            "Date: Tue, 13 Jan 2026 11:00:00 +0100",
            "MIME-Version: 1.0",
        ]
        return "\r\n".join(lines)

    def _subject(self) -> str:
        if self.random.random() < 0.3:
            text = base64.b64encode(self.random.choice(FOREIGN).encode()).decode()
            return f"=?utf-8?B?{text}?= {self._words(2)}"
        return self._words(self.random.randint(2, 9)).capitalize()

    def _paragraph(self, size: int) -> str:
        lines: list[str] = []
        length = 0
        while length < size:
            line = self._words(self.random.randint(6, 13))[:76]
            if self.random.random() < 0.03:
                line = "." + line  # a leading dot is doubled on the wire
            lines.append(line)
            length += len(line) + 2
        return "\r\n".join(lines)

    def _body(self, size: int) -> tuple[str, str]:
        simple: list[Callable[[int], tuple[str, str]]] = [
            self._plain, self._eight_bit, self._quoted, self._mixed,
        ]  # fmt: skip
        return self.random.choice(simple if size < 10_000 else simple[2:])(size)

    def _plain(self, size: int) -> tuple[str, str]:
        return "Content-Type: text/plain; charset=us-ascii", self._paragraph(size)

    def _eight_bit(self, size: int) -> tuple[str, str]:
        charset = self.random.choice(CHARSETS)
        raw = self.random.choice(FOREIGN).encode(charset, "ignore").decode("latin-1")
        header = (
            f"Content-Type: text/plain; charset={charset}\r\n"
            "Content-Transfer-Encoding: 8bit"
        )
        return header, f"{self._paragraph(size)}\r\n{raw}"

    def _quoted(self, size: int) -> tuple[str, str]:
        text = self._paragraph(size).replace("\r\n", "\n") + self.random.choice(FOREIGN)
        quoted = quopri.encodestring(text.encode()).decode().replace("\n", "\r\n")
        header = (
            "Content-Type: text/html; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable"
        )
        return header, quoted

    def _mixed(self, size: int) -> tuple[str, str]:
        boundary = f"=_{self.random.getrandbits(64):016x}"
        raw = self.random.randbytes(max(30, size // 2))
        attachment = base64.encodebytes(raw).decode().replace("\n", "\r\n")
        described = (
            'Content-Type: application/octet-stream; name="invoice.pdf"\r\n'
            "Content-Transfer-Encoding: base64"
        )
        parts = [self._plain(min(size // 4, 8000)), (described, attachment)]
        body = "".join(f"--{boundary}\r\n{h}\r\n\r\n{b}\r\n" for h, b in parts)
        header = f'Content-Type: multipart/mixed;\r\n\tboundary="{boundary}"'
        return header, f"{body}--{boundary}--\r\n"


def make(count: int, seed: int = 1) -> list[bytes]:
    """Return the contents of `count` messages."""
    writer = Writer(seed)
    return [writer.content() for _number in range(count)]


def stuffed(content: bytes) -> bytes:
    """Return content that ends with CRLF as it goes over the wire, its end included."""
    lines = content.replace(b"\r\n.", b"\r\n..")
    return (b"." + lines if lines.startswith(b".") else lines) + b".\r\n"
