"""The text of a held message and a list of its attachments, read under limits."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from email.message import Message as Part

from quarantine.attachments import Attachment, describe
from quarantine.errors import ContentErased, ContentLost
from quarantine.markup import strip_markup
from quarantine.models import Message
from quarantine.parts import (
    decode_text,
    is_markup,
    is_text,
    read_beginning,
    take_apart,
)
from quarantine.signs import Outline, outline
from quarantine.visible import show_hidden

logger = logging.getLogger(__name__)

TEXT_LETTERS_MAX = 100_000
RAW_LETTERS_MAX = 20_000
ATTACHMENTS_MAX = 100


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
    # There is HTML that `preview.py` may rebuild.
    has_markup: bool = False
    # What speaks about honesty; see `signs.py`.
    outline: Outline = field(default_factory=Outline)


def read_text(message: Message) -> TextView:
    """Return the text view; never raises over content, however hostile."""
    try:
        content, is_cut = read_beginning(message)
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


@dataclass(slots=True)
class _Found:
    """What a walk over the parts has come upon."""

    plain: list[str] = field(default_factory=list)
    marked_up: list[str] = field(default_factory=list)
    files: list[Part] = field(default_factory=list)

    def take(self, part: Part) -> None:
        if not is_text(part):
            self.files.append(part)
        elif is_markup(part):
            self.marked_up.append(decode_text(part))
        else:
            self.plain.append(decode_text(part))


def _view(content: bytes, *, is_cut: bool) -> TextView:
    found = _Found()
    root, leaves = take_apart(content)
    for part in leaves:
        found.take(part)
    last = len(found.files) - 1
    attachments = [
        describe(part, number=number, is_whole=not is_cut or number < last)
        for number, part in enumerate(found.files[:ATTACHMENTS_MAX])
    ]
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
        has_markup=bool(found.marked_up),
        outline=outline(root, leaves),
    )
