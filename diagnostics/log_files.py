"""Reads log files and the journal on from a kept position, rotated files too."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

# What one batch takes of one source.
CHUNK_BYTES = 1 << 20
# By its first bytes a file is known again under another name.
HEAD_BYTES = 256
PACKED = (".gz", ".xz", ".bz2", ".zst", ".lz4")
JOURNAL_LINES = 2000

Position = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """Whole lines, the position after them, and whether there may be more."""

    lines: list[bytes]
    position: Position
    has_more: bool


def read_file(path: Path, position: Position) -> Batch:
    """Return the next lines of the log; a last line without its end waits.

    A file that was renamed, or copied and cut short, is read to its end first. Packed
    ones are passed over.
    """
    if position and not _is_same(path, position):
        is_replaced = path.exists()
        former = _find_former(path, position)
        if former is not None:
            batch = _read_on(former, position, is_finished=is_replaced)
            if batch.lines:
                return Batch(batch.lines, batch.position, has_more=True)
        if not is_replaced:  # whoever writes may still hold the old one
            return Batch([], position, has_more=False)
        position = {}
    try:
        return _read_on(path, position, is_finished=False)
    except FileNotFoundError:
        return Batch([], position, has_more=False)


def _is_same(path: Path, position: Position) -> bool:
    """Say whether the path still names the file that the position is of."""
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            is_it = found.st_ino == position["inode"]
            is_long = found.st_size >= position["offset"]
            return is_it and is_long and _has_head(file, position)
    except FileNotFoundError:
        return False


def _has_head(file: BinaryIO, position: Position) -> bool:
    file.seek(0)
    start = file.read(position["head_bytes"])
    return bool(hashlib.sha256(start).hexdigest() == position["head"])


def _find_former(path: Path, position: Position) -> Path | None:
    """Return the file as it is called now: renamed or copied, it begins the same."""
    if not position["head_bytes"]:
        return None
    for other in sorted(path.parent.iterdir()):
        is_like = other.name.startswith(path.name) and other.name != path.name
        if not is_like or other.suffix in PACKED or not other.is_file():
            continue
        with other.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > position["offset"] and _has_head(file, position):
                return other
    return None


def _read_on(path: Path, position: Position, *, is_finished: bool) -> Batch:
    offset = int(position.get("offset", 0))
    with path.open("rb") as file:
        found = os.fstat(file.fileno())
        start = file.read(HEAD_BYTES)
        file.seek(offset)
        chunk = file.read(CHUNK_BYTES)
    is_full = len(chunk) == CHUNK_BYTES
    end = chunk.rfind(b"\n") + 1
    if not end and (is_full or is_finished):
        end = len(chunk)  # no line is that long; or nobody will write its end
    start = start[: max(offset + end, int(position.get("head_bytes", 0)))]
    after = {
        "inode": found.st_ino,
        "offset": offset + end,
        "head": hashlib.sha256(start).hexdigest(),
        "head_bytes": len(start),
    }
    return Batch(chunk[:end].splitlines(), after, has_more=is_full)


def read_journal(unit: str, position: Position) -> Batch:
    """Return the next lines of a unit's journal, as JSON; raises OSError."""
    command = ["journalctl", "--no-pager", "-q", "-o", "json", "-u", unit]
    if position:
        command += ["--after-cursor", position["cursor"]]
    with subprocess.Popen(  # noqa: S603 - no shell, the unit is the operator's
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as running:
        assert running.stdout is not None  # noqa: S101 - for mypy
        lines: list[bytes] = []
        for line in running.stdout:
            lines.append(line)
            if len(lines) == JOURNAL_LINES:
                break
        running.kill()
    for line in reversed(lines):
        cursor = _cursor_of(line)
        if cursor:
            position = {"cursor": cursor}
            break
    return Batch(lines, position, has_more=len(lines) == JOURNAL_LINES)


def _cursor_of(line: bytes) -> str:
    try:
        return str(json.loads(line)["__CURSOR"])
    except (ValueError, KeyError, TypeError):
        return ""
