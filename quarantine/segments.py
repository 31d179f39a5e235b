"""The byte format of a segment: zstd frames in AES-256-GCM (`docs/store-format.md`).

A segment starts with MAGIC. A message is a run of frames, one after the other:

    4 bytes   length of the sealed part, big-endian
    1 byte    1 on the message's last frame, 0 on the others
    12 bytes  nonce
    n bytes   AES-256-GCM of zstd(≤ 1 MiB of content), its 16-byte tag at the end

Associated data: message id (16 bytes), frame number from 0 (4 bytes, big-endian), the
last-frame byte. So a frame cannot be moved, swapped, repeated, dropped or put under
another message without being noticed. Each message has a data key of its own.
"""

from __future__ import annotations

import os
import struct
import sys
import threading
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from quarantine.errors import ContentLost

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

MAGIC = b"CMSEG\x00\x01\n"
FRAME_BYTES = 1024 * 1024
KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
ZSTD_LEVEL = 1
HEAD = struct.Struct(">IB")
# zstd adds at most 1/256 and a little to what does not compress.
SEALED_BYTES_MAX = FRAME_BYTES + FRAME_BYTES // 128 + 1024


class _Packer(threading.local):
    """A compressor for each thread: its tables cost more than what they pack.

    One call packs one whole frame, so nothing of one message is in the next.
    """

    def __init__(self) -> None:
        self.compressor = zstd.ZstdCompressor(level=ZSTD_LEVEL)

    def pack(self, frame: bytes) -> bytes:
        return self.compressor.compress(frame, zstd.ZstdCompressor.FLUSH_FRAME)


_packer = _Packer()


def make_key() -> bytes:
    """Return a new data key: one message, one key, never a second message."""
    return os.urandom(KEY_BYTES)


def _associated(message_id: UUID, number: int, *, is_last: bool) -> bytes:
    return message_id.bytes + struct.pack(">IB", number, is_last)


def seal_frames(
    message_id: UUID, key: bytes, frames: Iterable[bytes]
) -> Iterator[bytes]:
    """Yield the sealed frames of a message: at least one, also for no content."""
    cipher = AESGCM(key)
    number = 0
    held = b""
    for number, frame in enumerate(frames):
        if number:
            yield seal_frame(cipher, message_id, number - 1, held, is_last=False)
        held = frame
    yield seal_frame(cipher, message_id, number, held, is_last=True)


def seal_frame(
    cipher: AESGCM, message_id: UUID, number: int, frame: bytes, *, is_last: bool
) -> bytes:
    """Return one frame as it stands in the file."""
    nonce = os.urandom(NONCE_BYTES)
    associated = _associated(message_id, number, is_last=is_last)
    sealed = cipher.encrypt(nonce, _packer.pack(frame), associated)
    return HEAD.pack(len(sealed), is_last) + nonce + sealed


def split_frames(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut content, in chunks of any size, into pieces of one frame each."""
    waiting: list[bytes] = []
    size = 0
    for chunk in chunks:
        waiting.append(chunk)
        size += len(chunk)
        if size >= FRAME_BYTES:
            whole = b"".join(waiting)
            end = size - size % FRAME_BYTES
            for at in range(0, end, FRAME_BYTES):
                yield whole[at : at + FRAME_BYTES]
            waiting, size = [whole[end:]], size - end
    if size:
        yield b"".join(waiting)


def open_frames(
    message_id: UUID, key: bytes, file: BinaryIO, length: int
) -> Iterator[bytes]:
    """Yield the content of the frames that fill `length` bytes of the file.

    Raises ContentLost at the first frame that is cut, altered or not the message's.
    """
    cipher = AESGCM(key)
    number = 0
    is_last = False
    while not is_last:
        head = _read(file, HEAD.size)
        sealed_bytes, flag = HEAD.unpack(head)
        length -= HEAD.size + NONCE_BYTES + sealed_bytes
        if flag > 1 or length < 0 or sealed_bytes > SEALED_BYTES_MAX:
            raise ContentLost("frame head")
        is_last = flag == 1
        nonce, sealed = _read(file, NONCE_BYTES), _read(file, sealed_bytes)
        associated = _associated(message_id, number, is_last=is_last)
        yield _unpack(cipher, nonce, sealed, associated)
        number += 1
    if length:
        raise ContentLost("length")


def _unpack(cipher: AESGCM, nonce: bytes, sealed: bytes, associated: bytes) -> bytes:
    try:
        packed = cipher.decrypt(nonce, sealed, associated)
    except InvalidTag as error:
        raise ContentLost("frame does not open") from error
    unpacker = zstd.ZstdDecompressor()
    try:
        frame = bytes(unpacker.decompress(packed, max_length=FRAME_BYTES + 1))
    except zstd.ZstdError as error:
        raise ContentLost("frame does not unpack") from error
    if len(frame) > FRAME_BYTES or not unpacker.eof:
        raise ContentLost("frame too big")
    return frame


def _read(file: BinaryIO, count: int) -> bytes:
    data = file.read(count)
    if len(data) != count:
        raise ContentLost("segment is too short")
    return data
