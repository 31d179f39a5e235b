"""The corpus of real and hostile messages, and its fixed sample."""

from __future__ import annotations

import csv
import hashlib
import re
import tarfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

SEED = "cleanmail-1"
SAMPLE_SIZE = 80
SAMPLE, WHOLE = "sample", "whole"
# Parser traps by kind, the shortest headers that break Python's own parser among them.
TRAPS = "own-traps"
BARE_LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True)
class Specimen:
    """One message of the corpus, in one of the two ways it is sent."""

    path: str
    form: str  # "crlf": line ends made CRLF; "as is"
    content: bytes

    @property
    def hops(self) -> int:
        """How many servers it has passed, by its header section."""
        section = re.split(rb"\r?\n\r?\n", self.content, maxsplit=1)[0]
        return len(re.findall(rb"^Received:", section, re.MULTILINE | re.IGNORECASE))


@lru_cache(maxsize=1)
def read_messages(corpora: Path) -> dict[str, bytes]:
    """Return every message by its path, checked against the manifest."""
    folder = corpora / "mail"
    with (folder / "MANIFEST.tsv").open(encoding="utf-8") as manifest:
        rows = [row for row in csv.reader(manifest, "excel-tab") if row[0][0] != "#"]
    sums = {row[0]: row[1] for row in rows if not row[0].startswith("attachments/")}
    found: dict[str, bytes] = {}
    for archive in sorted(folder.glob("*.tar.gz")):
        with tarfile.open(archive) as tar:
            for member in tar:
                file = tar.extractfile(member) if member.isfile() else None
                if file and member.name in sums:
                    found[member.name] = file.read()
    for path, expected in sums.items():
        assert hashlib.sha256(found[path]).hexdigest() == expected, path
    return found


def sample(paths: list[str], size: int = SAMPLE_SIZE) -> list[str]:
    """Return a fixed sample, chosen by hash: the same on every machine."""

    def lot(path: str) -> str:
        return hashlib.sha256(f"{SEED} {path}".encode()).hexdigest()

    return sorted(sorted(paths, key=lot)[:size])


def make_crlf(content: bytes) -> bytes:
    """Make every line end CRLF, as a sending MTA would."""
    return end_with_crlf(BARE_LINE_END.sub(b"\r\n", content))


def end_with_crlf(content: bytes) -> bytes:
    """Add what the wire cannot do without: content ends with CRLF (or is empty)."""
    return content if not content or content.endswith(b"\r\n") else content + b"\r\n"


def specimens(corpora: Path, which: str) -> list[Specimen]:
    """Return each chosen message in both forms, also where they are the same.

    Chosen are all below a folder of the corpus, SAMPLE of it, or WHOLE.
    """
    messages = read_messages(corpora)
    chosen = sorted(path for path in messages if path.startswith(f"{which}/"))
    if which in {SAMPLE, WHOLE}:
        chosen = sample(list(messages)) if which == SAMPLE else sorted(messages)
    made = []
    for path in chosen:
        content = messages[path]
        made.append(Specimen(path, "crlf", make_crlf(content)))
        made.append(Specimen(path, "as is", end_with_crlf(content)))
    return made
