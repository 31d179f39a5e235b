"""Pictures inside a message: what they really are, by their first bytes."""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass

# Of one picture, and of all that one preview carries.
BYTES_MAX, BYTES_OF_ALL_MAX = 1024 * 1024, 4 * 1024 * 1024
# A picture of few bytes can unfold to gigabytes in a browser.
PIXELS_MAX = 20_000_000


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that a browser may decode: never SVG, which is a document."""

    media_type: str
    width: int
    height: int

    @property
    def is_small_enough(self) -> bool:
        """Whether unfolding it costs no more than a photograph."""
        return 0 < self.width * self.height <= PIXELS_MAX


def data_uri(data: bytes) -> str:
    """Return the picture as a data: address, empty if it is none or too big."""
    picture = recognize(data)
    if picture is None or not picture.is_small_enough or len(data) > BYTES_MAX:
        return ""
    return f"data:{picture.media_type};base64,{base64.b64encode(data).decode()}"


def recognize(data: bytes) -> Picture | None:
    """Return kind and size of a PNG, GIF, JPEG or WebP; None for anything else."""
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return Picture("image/png", *struct.unpack(">II", data[16:24]))
        if data.startswith((b"GIF87a", b"GIF89a")):
            return Picture("image/gif", *struct.unpack("<HH", data[6:10]))
        if data.startswith(b"\xff\xd8\xff"):
            return _jpeg(data)
        if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
            return _webp(data)
    except struct.error:
        return None
    return None


def _jpeg(data: bytes) -> Picture | None:
    """Walk the segments to the frame header (ITU-T T.81, B.2.2)."""
    position = 2
    while position + 9 < len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", data[position + 5 : position + 9])
            return Picture("image/jpeg", width, height)
        position += 2 + struct.unpack(">H", data[position + 2 : position + 4])[0]
    return None


def _webp(data: bytes) -> Picture | None:
    """Read the size from the first chunk (RFC 9649, section 2)."""
    kind = data[12:16]
    if kind == b"VP8X":
        width = int.from_bytes(data[24:27], "little") + 1
        height = int.from_bytes(data[27:30], "little") + 1
    elif kind == b"VP8 ":
        width, height = (n & 0x3FFF for n in struct.unpack("<HH", data[26:30]))
    elif kind == b"VP8L":
        bits = struct.unpack("<I", data[21:25])[0]
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        return None
    return Picture("image/webp", width, height)
