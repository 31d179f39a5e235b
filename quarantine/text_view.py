"""The text of a held message and a list of its attachments, read under limits."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.errors import HeaderParseError
from email.feedparser import BytesFeedParser
from email.header import decode_header, make_header
from email.message import Message as Part
from email.policy import compat32

from quarantine import store
from quarantine.errors import ContentErased, ContentLost
from quarantine.markup import strip_markup
from quarantine.models import Message
from quarantine.visible import show_hidden, show_line

logger = logging.getLogger(__name__)

BYTES_MAX = 2 * 1024 * 1024
PARTS_MAX = 1000
DEPTH_MAX = 50
# The library splits a field into its parameters in quadratic time.
PARAMETERS_LETTERS_MAX = 16_000
SECONDS_MAX = 1.0
FEED_BYTES = 16 * 1024
TEXT_LETTERS_MAX = 100_000
RAW_LETTERS_MAX = 20_000
ATTACHMENTS_MAX = 100
NAME_LETTERS_MAX = 200

# Anything else could mean other characters to us than to the reader's program.
CHARSETS = frozenset(
    {
        "utf-8",
        "us-ascii",
        "iso-8859-1",
        "iso-8859-2",
        "iso-8859-3",
        "iso-8859-4",
        "iso-8859-5",
        "iso-8859-6",
        "iso-8859-7",
        "iso-8859-8",
        "iso-8859-9",
        "iso-8859-10",
        "iso-8859-13",
        "iso-8859-14",
        "iso-8859-15",
        "iso-8859-16",
        "windows-1250",
        "windows-1251",
        "windows-1252",
        "windows-1253",
        "windows-1254",
        "windows-1255",
        "windows-1256",
        "windows-1257",
        "windows-1258",
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


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not the text; `size` is None where the rest was not read."""

    name: str
    content_type: str
    size: int | None


@dataclass(frozen=True, slots=True)
class TextView:
    """What can be shown of a message without trusting it; all of it to be escaped."""

    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    # "", "lost" (not readable in the store) or "erased" (its key was dropped).
    problem: str = ""
    # The parts could not be told apart: `text` is the beginning as it came.
    is_raw: bool = False
    is_cut: bool = False
    is_from_html: bool = False


class _TooMuch(Exception):
    """The message would cost more than a page may."""


def read_text(message: Message) -> TextView:
    """Return the text view; never raises over content, however hostile."""
    try:
        content, is_cut = _read_beginning(message)
    except ContentErased:
        return TextView(problem="erased")
    except ContentLost:
        logger.exception("message %s: content not readable", message.pk)
        return TextView(problem="lost")
    try:
        return _view(content, is_cut=is_cut)
    except Exception as error:  # noqa: BLE001 - parsers raise anything over such bytes
        # Only the kind: what the error says may quote the message.
        kind = type(error).__name__
        logger.info("message %s: shown as it came (%s)", message.pk, kind)
        raw = content[: RAW_LETTERS_MAX * 2].decode("utf-8", "replace")
        text = show_hidden(raw.replace("\r\n", "\n")[:RAW_LETTERS_MAX])
        return TextView(text=text, is_raw=True, is_cut=len(content) > len(text))


def _read_beginning(message: Message) -> tuple[bytes, bool]:
    content = bytearray()
    for piece in store.open_content(message):
        content += piece
        if len(content) > BYTES_MAX:
            break
    return bytes(content[:BYTES_MAX]), len(content) > BYTES_MAX


@dataclass(slots=True)
class _Found:
    """What a walk over the parts has come upon."""

    plain: list[str] = field(default_factory=list)
    marked_up: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)

    def take(self, part: Part) -> None:
        if not _is_text(part):
            self.attachments.append(_attachment(part))
        elif part.get_content_subtype() == "html":
            self.marked_up.append(_decode(part))
        else:
            self.plain.append(_decode(part))


def _view(content: bytes, *, is_cut: bool) -> TextView:
    deadline = time.monotonic() + SECONDS_MAX
    found = _Found()
    for part in _leaves(_parse(content, deadline)):
        if time.monotonic() > deadline:
            raise _TooMuch
        found.take(part)
    attachments = found.attachments[:ATTACHMENTS_MAX]
    if attachments and is_cut:
        attachments[-1] = replace(attachments[-1], size=None)
    body = "\n\n".join(text for text in found.plain if text.strip())
    is_from_html = not body and bool(found.marked_up)
    if is_from_html:
        body = "\n\n".join(strip_markup(text) for text in found.marked_up)
    body = body.replace("\r\n", "\n").strip("\n")
    return TextView(
        text=show_hidden(body[:TEXT_LETTERS_MAX]),
        attachments=tuple(attachments),
        is_from_html=is_from_html,
        is_cut=is_cut or len(body) > TEXT_LETTERS_MAX,
    )


def _parse(content: bytes, deadline: float) -> Part:
    parser = BytesFeedParser(policy=compat32)
    for start in range(0, len(content), FEED_BYTES):
        parser.feed(content[start : start + FEED_BYTES])
        if time.monotonic() > deadline:
            raise _TooMuch
    return parser.close()


def _leaves(root: Part) -> Iterator[Part]:
    """Walk the parts that hold no others; a forwarded message counts as one."""
    waiting = [(root, 0)]
    seen = 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if seen > PARTS_MAX or depth > DEPTH_MAX or _has_long_parameters(part):
            raise _TooMuch
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


def _is_text(part: Part) -> bool:
    if part.get_content_type() not in {"text/plain", "text/html"}:
        # A multipart without parts is a text to those who read it.
        return part.get_content_maintype() == "multipart"
    return part.get_content_disposition() != "attachment" and not part.get_filename()


def _decode(part: Part) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    charset = (part.get_content_charset("utf-8") or "").lower()
    return data.decode(charset if charset in CHARSETS else "utf-8", "replace")


def _attachment(part: Part) -> Attachment:
    name = show_line(_decode_words(_name(part))[:NAME_LETTERS_MAX])
    content_type = show_line(part.get_content_type()[:NAME_LETTERS_MAX])
    payload = part.get_payload(decode=True)
    size = len(payload) if isinstance(payload, bytes) else None
    return Attachment(name, content_type, size)


def _name(part: Part) -> str:
    """Return the file name; of a forwarded message without one its subject."""
    inner = part.get_payload()
    is_message = part.get_content_type() == "message/rfc822"
    forwarded = inner[0] if is_message and isinstance(inner, list) and inner else None
    subject = forwarded.get("Subject") if isinstance(forwarded, Part) else None
    return part.get_filename() or str(subject or "")


def _decode_words(text: str) -> str:
    try:
        return str(make_header(decode_header(text[: 10 * NAME_LETTERS_MAX])))
    except (HeaderParseError, LookupError, ValueError):
        return text
