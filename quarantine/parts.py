"""The parts of a message, told apart under limits of bytes, depth, number and time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.feedparser import BytesFeedParser
from email.header import decode_header, make_header
from email.message import Message as Part
from email.policy import compat32

from quarantine import store
from quarantine.models import Message
from quarantine.visible import show_line

BYTES_MAX = 2 * 1024 * 1024
PARTS_MAX = 1000
DEPTH_MAX = 50
# The library splits a field into its parameters in quadratic time.
PARAMETERS_LETTERS_MAX = 16_000
SECONDS_MAX = 1.0
FEED_BYTES = 16 * 1024
NAME_LETTERS_MAX = 200

# Anything else could mean other characters to us than to the reader's program.
CHARSETS = frozenset(
    {
        "utf-8",
        "us-ascii",
        *(f"iso-8859-{number}" for number in (*range(1, 11), *range(13, 17))),
        *(f"windows-{number}" for number in range(1250, 1259)),
        "koi8-r",
        "koi8-u",
        "gb2312",
        "gbk",
        "gb18030",
        "big5",
        "shift_jis",
        "iso-2022-jp",
        "euc-jp",
        "euc-kr",
    }
)


class TooMuch(Exception):
    """The message would cost more than a page may."""


def read_beginning(message: Message, *, limit: int = BYTES_MAX) -> tuple[bytes, bool]:
    """Return at most `limit` bytes of the content, and whether there are more.

    Raises ContentErased and ContentLost.
    """
    content = bytearray()
    for piece in store.open_content(message):
        content += piece
        if len(content) > limit:
            break
    return bytes(content[:limit]), len(content) > limit


def take_apart(
    content: bytes, *, seconds: float = SECONDS_MAX
) -> tuple[Part, list[Part]]:
    """Return the whole, and the parts that hold no others; a forwarded mail is one.

    Raises TooMuch over a limit, and whatever the parser does over hostile bytes.
    """
    deadline = time.monotonic() + seconds
    root = _parse(content, deadline)
    leaves = list(_leaves(root))
    if time.monotonic() > deadline:
        raise TooMuch
    return root, leaves


def is_text(part: Part) -> bool:
    """Say whether the part is for reading, not a file."""
    if part.get_content_type() not in {"text/plain", "text/html"}:
        # A multipart without parts is a text to those who read it.
        return part.get_content_maintype() == "multipart"
    return part.get_content_disposition() != "attachment" and not part.get_filename()


def is_markup(part: Part) -> bool:
    """Say whether the part is HTML for reading."""
    return is_text(part) and part.get_content_subtype() == "html"


def payload_of(part: Part) -> bytes:
    """Return the part's bytes, its transfer encoding undone."""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def decode_text(part: Part) -> str:
    """Return the part as text; what does not fit its charset is replaced."""
    charset = (part.get_content_charset("utf-8") or "").lower()
    return payload_of(part).decode(
        charset if charset in CHARSETS else "utf-8", "replace"
    )


def file_name(part: Part) -> str:
    """Return the file name, fit to be shown; of a forwarded message its subject."""
    return show_line(raw_name(part)[:NAME_LETTERS_MAX])


def raw_name(part: Part) -> str:
    """Return the file name as it came, encoded words decoded: not fit to be shown."""
    inner = part.get_payload()
    is_message = part.get_content_type() == "message/rfc822"
    forwarded = inner[0] if is_message and isinstance(inner, list) and inner else None
    subject = forwarded.get("Subject") if isinstance(forwarded, Part) else None
    return _decode_words(part.get_filename() or str(subject or ""))


def _decode_words(text: str) -> str:
    try:
        return str(make_header(decode_header(text[: 10 * NAME_LETTERS_MAX])))
    except (HeaderParseError, LookupError, ValueError):
        return text


def _parse(content: bytes, deadline: float) -> Part:
    parser = BytesFeedParser(policy=compat32)
    for start in range(0, len(content), FEED_BYTES):
        parser.feed(content[start : start + FEED_BYTES])
        if time.monotonic() > deadline:
            raise TooMuch
    return parser.close()


def _leaves(root: Part) -> Iterator[Part]:
    waiting = [(root, 0)]
    seen = 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if seen > PARTS_MAX or depth > DEPTH_MAX or _has_long_parameters(part):
            raise TooMuch
        inner = (
            part.get_payload() if part.get_content_maintype() == "multipart" else None
        )
        if isinstance(inner, list):
            children = [child for child in inner if isinstance(child, Part)]
            waiting.extend((child, depth + 1) for child in reversed(children))
        else:
            yield part


def _has_long_parameters(part: Part) -> bool:
    fields = (part["Content-Type"], part["Content-Disposition"])
    return any(len(str(field)) > PARAMETERS_LETTERS_MAX for field in fields)
