"""Whether the store holds what the rows say: read everything, count the rest."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from quarantine.errors import ContentErased, ContentLost
from quarantine.models import Message
from quarantine.segments import MAGIC
from quarantine.store import ORPHAN_SECONDS, is_written, open_content

READ_AT_ONCE = 500


@dataclass(slots=True)
class Inventory:
    """What was found; `lost` and `orphans` are what should not be."""

    readable: int = 0
    erased: int = 0
    lost: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    gaps: int = 0
    gap_bytes: int = 0

    @property
    def is_sound(self) -> bool:
        """Whether nothing is missing and nothing lies around."""
        return not self.lost and not self.orphans


def take_inventory() -> Inventory:
    """Read the content of every message and hold it against its row."""
    found = Inventory()
    segments = {path.name: path for path in _list_segments()}
    ends: dict[str, int] = {}
    messages = Message.objects.order_by("segment", "segment_offset")
    for message in messages.iterator(chunk_size=READ_AT_ONCE):
        _read(message, found)
        end = ends.get(message.segment, len(MAGIC))
        _count_gap(found, message.segment_offset - end)
        ends[message.segment] = message.segment_offset + message.stored_length
    for name, path in segments.items():
        _look_behind(path, ends.get(name), found)
    return found


def _list_segments() -> Iterator[Path]:
    return Path(settings.STORE_DIR).glob("*.seg")


def _read(message: Message, found: Inventory) -> None:
    try:
        for _piece in open_content(message):
            pass
        found.readable += 1
    except ContentErased:
        found.erased += 1
    except ContentLost as error:
        found.lost.append(f"{message.pk}: {error}")


def _count_gap(found: Inventory, size: int) -> None:
    if size > 0:
        found.gaps += 1
        found.gap_bytes += size


def _look_behind(path: Path, end: int | None, found: Inventory) -> None:
    """Count what lies behind the last message of a segment, or name it an orphan."""
    try:
        told = path.stat()
    except FileNotFoundError:
        return
    is_old = time.time() - told.st_mtime > ORPHAN_SECONDS
    has_rows = end is not None or Message.objects.filter(segment=path.name).exists()
    if is_old and not has_rows and not is_written(path):
        found.orphans.append(path.name)
    else:
        _count_gap(found, told.st_size - (len(MAGIC) if end is None else end))
