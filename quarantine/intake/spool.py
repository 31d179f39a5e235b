"""The content of one message while it comes in: in memory, above 1 MiB in a file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, cast
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from quarantine.segments import FRAME_BYTES, make_key, open_frames, seal_frame

if TYPE_CHECKING:
    from collections.abc import Iterator


# One key, one message: the id in the frames need not tell any apart.
NIL = UUID(int=0)


class Spool:
    """Collects content and the facts that need every byte of it.

    What spills to the file system is encrypted with a key that exists in this object
    only, in a file without a name: it vanishes with the process. Writing raises OSError
    when the disk is full.
    """

    def __init__(self) -> None:
        self.size = 0
        self.head = b""
        self.has_8bit = False
        self._line_feeds = self._returns = self._line_ends = 0
        self._last = b""
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._id, self._key = NIL, b""
        self._frames = self._spilled_bytes = 0

    def write(self, piece: bytes) -> None:
        """Add content."""
        if not piece:
            return
        self.size += len(piece)
        self.has_8bit = self.has_8bit or not piece.isascii()
        self._line_feeds += piece.count(b"\n")
        self._returns += piece.count(b"\r")
        self._line_ends += piece.count(b"\r\n")
        self._line_ends += self._last == b"\r" and piece[:1] == b"\n"
        self._last = piece[-1:]
        self._memory += piece
        while len(self._memory) > FRAME_BYTES:
            self._spill(bytes(self._memory[:FRAME_BYTES]), is_last=False)
            del self._memory[:FRAME_BYTES]

    @property
    def has_bare_line_ends(self) -> bool:
        """Whether a CR or LF stands alone somewhere."""
        return not self._line_feeds == self._returns == self._line_ends

    def finish(self) -> None:
        """End the writing; after this any thread may read."""
        if self._file is None:
            self.head = bytes(self._memory)
            self._memory.clear()
            return
        self._spill(bytes(self._memory), is_last=True)
        self._memory.clear()

    def read(self, skip: int = 0) -> Iterator[bytes]:
        """Yield the content, once finished; may be called again.

        `skip` bytes of `head` are left out.
        """
        if self._file is None:
            yield self.head[skip:]
            return
        self._file.seek(0)
        file = cast("BinaryIO", self._file)
        frames = open_frames(self._id, self._key, file, self._spilled_bytes)
        for frame in frames:
            yield frame[skip:]
            skip = 0

    def close(self) -> None:
        """Drop the content."""
        self._memory.clear()
        self.head = b""
        if self._file is not None:
            self._file.close()

    def _spill(self, frame: bytes, *, is_last: bool) -> None:
        if self._file is None:
            self.head = frame
            self._key = make_key()
            folder = Path(settings.STORE_DIR)
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        sealed = seal_frame(
            AESGCM(self._key), self._id, self._frames, frame, is_last=is_last
        )
        self._file.write(sealed)
        self._frames += 1
        self._spilled_bytes += len(sealed)
