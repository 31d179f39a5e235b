"""A message as it came: its raw text, and the bytes of one attachment."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from quarantine.errors import ContentErased, ContentLost, NotReadable
from quarantine.models import Message
from quarantine.parts import file_name, is_text, payload_of, read_beginning, take_apart
from quarantine.visible import show_hidden

SOURCE_BYTES_MAX = 256 * 1024
ATTACHMENT_BYTES_MAX = 30 * 1024 * 1024
ATTACHMENT_SECONDS_MAX = 10.0
# What every file system takes; a name must not start or lead anywhere.
UNFIT = re.compile(r"[^A-Za-z0-9 ._-]+")


@dataclass(frozen=True, slots=True)
class Source:
    """The beginning of a message as text, to be escaped; empty `text` has a problem."""

    text: str = ""
    is_cut: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """An attachment: its bytes, and a name that does nothing by itself."""

    data: bytes
    safe_name: str
    sha256: str


def read_source(message: Message) -> Source:
    """Return the raw message; bytes that are no UTF-8 are shown as Latin-1."""
    try:
        content, is_cut = read_beginning(message, limit=SOURCE_BYTES_MAX)
    except ContentErased:
        return Source(problem="erased")
    except ContentLost:
        return Source(problem="lost")
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    return Source(text=show_hidden(text.replace("\r\n", "\n")), is_cut=is_cut)


def read_attachment(message: Message, number: int) -> File:
    """Return an attachment by its number in the message; raise NotReadable."""
    try:
        content, is_cut = read_beginning(message, limit=ATTACHMENT_BYTES_MAX)
        _root, leaves = take_apart(content, seconds=ATTACHMENT_SECONDS_MAX)
        found = [part for part in leaves if not is_text(part)][number : number + 1]
        files = [(payload_of(part), file_name(part)) for part in found]
    except Exception as error:
        # Parsers raise anything over such bytes.
        raise NotReadable(number) from error
    if is_cut or not files:
        raise NotReadable(number)
    data, name = files[0]
    return File(data, _safe_name(name), hashlib.sha256(data).hexdigest())


def _safe_name(name: str) -> str:
    """Return a name that no double click opens: whoever saves it takes .held away."""
    fit = UNFIT.sub("_", name).strip(" ._")[:100] or "attachment"
    return f"{fit}.held"
