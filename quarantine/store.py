"""The bytes of held mail: appended to segments, made durable, read back verified."""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import re
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from django.conf import settings

from accounts.errors import SealBroken
from accounts.keyring import seal, unseal
from quarantine.errors import ContentErased, ContentLost, StoreUnavailable
from quarantine.models import Message
from quarantine.segments import (
    MAGIC,
    make_key,
    open_frames,
    seal_frames,
    split_frames,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

logger = logging.getLogger(__name__)

PURPOSE = "content"
# Then a new segment is begun: what expires on one day may be several files.
SEGMENT_BYTES_MAX = 1024 * 1024 * 1024
SEGMENTS_OPEN_MAX = 64
# A younger segment may belong to a message whose commit is under way.
ORPHAN_SECONDS = 3600
NAME = re.compile(r"\d{4}-\d\d-\d\d-[0-9a-f]{32}\.seg")


@dataclass(frozen=True, slots=True)
class Stored:
    """Where content lies and what it is: the columns of Message of the same meaning."""

    segment: str
    offset: int
    length: int
    wrapped_key: bytes
    sha256: str
    size: int


class Segment:
    """An append-only file of this process, for messages that expire on one day."""

    def __init__(self, folder: Path, expires_on: date) -> None:
        self.name = f"{expires_on.isoformat()}-{uuid.uuid4().hex}.seg"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._path = folder / self.name
        self._file = os.open(self._path, flags, 0o600)
        # Says that a process may still write here; a file system without locks keeps
        # its orphans.
        with suppress(OSError):
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._is_dirty = self._is_new = True
        self.end = len(MAGIC)
        try:
            self.write(0, MAGIC)
        except OSError:
            self.abandon()
            raise

    def write(self, offset: int, data: bytes) -> None:
        """Write all of it there; by offset, so that a failed try is overwritten."""
        self._is_dirty = True
        rest = memoryview(data)
        while rest:
            written = os.pwrite(self._file, rest, offset)
            rest, offset = rest[written:], offset + written

    def sync(self) -> None:
        """Make all that was written durable, the file's name too."""
        if self._is_dirty:
            os.fdatasync(self._file)
            if os.fstat(self._file).st_nlink == 0:
                raise FileNotFoundError(self.name)  # somebody emptied the folder
        if self._is_new:
            _sync_folder(self._path.parent)
        self._is_dirty = self._is_new = False

    def close(self) -> None:
        """Close the file; errors were answered for by sync."""
        with suppress(OSError):
            os.close(self._file)

    def abandon(self) -> None:
        """Leave the file after a failure, without a trace if no row can name it."""
        with suppress(OSError):
            os.ftruncate(self._file, self.end)
        self.close()
        if self._is_new:
            self._path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_written(path: Path) -> bool:
    """Say whether a process may still write to the segment; if unsure, yes."""
    try:
        with path.open("rb") as file:
            # Let go with the file: nobody opens a segment to write to it a second time.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    return False


class Writer:
    """One process's segments; not for several threads at once.

    Content is durable after `sync`, not before. Failures raise StoreUnavailable; then
    nothing appended since the last sync may be relied on, but the writer stays usable:
    a segment that had a failure is never written to again.
    """

    def __init__(self) -> None:
        self._segments: dict[date, Segment] = {}

    def append(
        self, message_id: UUID, expires_on: date, content: Iterable[bytes]
    ) -> Stored:
        """Write the content, chunks of any size, behind what expires the same day."""
        key = make_key()
        digest = _Digest()
        try:
            segment = self._open(expires_on)
            offset = end = segment.end
            frames = split_frames(digest.follow(content))
            for frame in seal_frames(message_id, key, frames):
                segment.write(end, frame)
                end += len(frame)
        except OSError as error:
            if failed := self._segments.pop(expires_on, None):
                failed.abandon()
            raise StoreUnavailable(str(error)) from error
        segment.end = end
        return Stored(
            segment=segment.name,
            offset=offset,
            length=end - offset,
            wrapped_key=seal(key, purpose=PURPOSE),
            sha256=digest.sha256.hexdigest(),
            size=digest.size,
        )

    def sync(self) -> None:
        """Make every append so far durable, or raise StoreUnavailable."""
        failed: list[str] = []
        for expires_on, segment in list(self._segments.items()):
            try:
                segment.sync()
            except OSError:
                # The kernel may now call lost pages clean: a second sync would lie.
                logger.exception("segment %s: sync failed", segment.name)
                failed.append(segment.name)
                self._segments.pop(expires_on).abandon()
            else:
                if segment.end >= SEGMENT_BYTES_MAX:
                    self._segments.pop(expires_on).close()
        if len(self._segments) > SEGMENTS_OPEN_MAX:
            self.close()
        if failed:
            raise StoreUnavailable(", ".join(failed))

    def close(self) -> None:
        """Close every segment; the next append opens new ones."""
        for segment in self._segments.values():
            segment.close()
        self._segments.clear()

    def _open(self, expires_on: date) -> Segment:
        if segment := self._segments.get(expires_on):
            return segment
        folder = Path(settings.STORE_DIR)
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sync_folder(folder.parent)
        self._segments[expires_on] = Segment(folder, expires_on)
        return self._segments[expires_on]


class _Digest:
    """SHA-256 and size of what passes by."""

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()
        self.size = 0

    def follow(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.sha256.update(chunk)
            self.size += len(chunk)
            yield chunk


def open_content(message: Message) -> Iterator[bytes]:
    """Return the message's content in pieces of up to 1 MiB.

    Each piece is authenticated before it is given out, and size and SHA-256 of the
    whole before the last one is: whoever got to the end has the true content. Raises
    ContentErased at once, ContentLost at once or on the way.
    """
    if message.wrapped_key is None:
        raise ContentErased(str(message.pk))
    if not NAME.fullmatch(message.segment):
        raise ContentLost(message.segment)
    try:
        key = unseal(bytes(message.wrapped_key), purpose=PURPOSE)
        file = (Path(settings.STORE_DIR) / message.segment).open("rb")
    except (OSError, SealBroken) as error:
        raise ContentLost(message.segment) from error
    return _read(message, key, file)


def _read(message: Message, key: bytes, file: BinaryIO) -> Iterator[bytes]:
    digest = _Digest()
    with file:
        try:
            file.seek(message.segment_offset)
            frames = open_frames(message.pk, key, file, message.stored_length)
            held = b""
            for frame in digest.follow(frames):
                if held:
                    yield held
                held = frame
        except OSError as error:
            raise ContentLost(message.segment) from error
    if (digest.sha256.hexdigest(), digest.size) != (
        message.content_sha256,
        message.size,
    ):
        raise ContentLost(message.content_sha256)
    if held:
        yield held


def erase(message: Message) -> None:
    """Drop the data key: what is left in the segment is noise until its day."""
    Message.objects.filter(pk=message.pk).update(wrapped_key=None)
    message.wrapped_key = None
