"""The mail of a run, made by its seed: sizes, hostile ones, several recipients."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field
from pathlib import Path

from tests.services.corpus import end_with_crlf, make_crlf, read_messages

DOMAINS = ("acme.example", "open.example", "other.example")
# Nobody's: what comes for it is deferred for ever.
UNKNOWN = "nobody.example"
WORDS = b"Guten Tag Offerte Rechnung Termin Bern Z\xc3\xbcrich . .. .x -- = \t".split(
    b" "
)


@dataclass
class Mail:
    """A message, and what an MTA knows of how it fares."""

    queue_id: str
    sender: str
    recipients: tuple[str, ...]
    content: bytes
    due: float
    taken: set[str] = field(default_factory=set)

    @property
    def sha256(self) -> str:
        """Return the hash of the content as it goes over the wire."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def pending(self) -> list[str]:
        """Return who has no 250 yet."""
        return [each for each in self.recipients if each not in self.taken]

    @property
    def is_done(self) -> bool:
        """Whether all have, but those of whom nobody knows."""
        return all(each.endswith(f"@{UNKNOWN}") for each in self.pending)


def _body(lot: random.Random) -> bytes:
    size = lot.choices(
        (0, 200, 3_000, 30_000, 300_000, 3_000_000), (2, 30, 45, 18, 4.5, 0.5)
    )[0]
    size = int(size * lot.uniform(0.5, 1.5))
    if size > 100_000:  # an attachment, as it looks from outside
        line = lot.randbytes(57).hex().encode()
        return (line + b"\r\n") * (size // len(line))
    lines: list[bytes] = []
    while size > 0:
        line = b" ".join(lot.choices(WORDS, k=lot.randint(0, 12)))
        size -= len(line) + 2
        lines.append(line)
    return b"\r\n".join(lines) + b"\r\n"


def _spam(lot: random.Random, queue_id: str) -> bytes:
    """Return what Rspamd would write on top: policy may let that pass."""
    return (
        f"X-Spamd-Result: default: False [{lot.uniform(6, 14):.1f} / 15.0];"
        f" BAYES_SPAM(5.0)[]\r\nX-Rspamd-Queue-Id: {queue_id}\r\n"
    ).encode()


def _recipients(lot: random.Random) -> tuple[str, ...]:
    count = lot.choices((1, 2, 3, 8), (60, 20, 15, 5))[0]
    domains = lot.choices(DOMAINS, (5, 2, 3), k=count)
    if lot.random() < 0.02:
        domains.append(UNKNOWN)
    names = ("bob", "info", "bob+shop", "eva", "team", "x.y")
    return tuple(
        dict.fromkeys(
            f"{lot.choice(names)}{lot.choice(('', lot.randint(1, 50)))}@{domain}"
            for domain in domains
        )
    )


def make_mails(
    seed: str, count: int, seconds: float, corpora: Path | None
) -> list[Mail]:
    """Return the mail, spread by chance over the seconds, in the order of its times."""
    lot = random.Random(seed)  # noqa: S311
    hostile = sorted(read_messages(corpora).values()) if corpora else []
    made: list[Mail] = []
    for number in range(count):
        queue_id = f"4{number:05d}{lot.randbytes(4).hex()}"
        kind = lot.random()
        if hostile and kind < 0.35:
            content = lot.choice(hostile)
            as_is = kind < 0.1
            content = end_with_crlf(content) if as_is else make_crlf(content)
        elif made and kind < 0.38:  # the same again, under another queue id
            content = lot.choice(made).content
        else:
            head = f"From: A <a{number}@remote.example>\r\nSubject: Nr. {number}\r\n"
            content = head.encode() + b"\r\n" + _body(lot)
        if lot.random() < 0.5:
            content = _spam(lot, queue_id) + content
        sender = lot.choice(("", "a@remote.example", "b+x=y@remote.example"))
        due = lot.uniform(0, seconds)
        content = end_with_crlf(content)
        made.append(Mail(queue_id, sender, _recipients(lot), content, due))
    return sorted(made, key=lambda mail: mail.due)
