"""The HTML of a held mail, built anew from what is harmless.

nh3 reads it as browsers do and keeps an allow-list; what it gives is walked once more
and written by us, element by element, with pictures from inside the mail only and links
as text. The result is shown in a sandboxed frame whose answer forbids all else.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message as Part
from urllib.parse import unquote, unquote_to_bytes

import nh3

from quarantine import css, pictures
from quarantine.errors import ContentErased, ContentLost
from quarantine.models import Message
from quarantine.parts import (
    TooMuch,
    decode_text,
    is_markup,
    payload_of,
    read_beginning,
    take_apart,
)
from quarantine.rewriting import ATTRIBUTES, EVERYWHERE, STYLE, TAGS, Writer

logger = logging.getLogger(__name__)

LETTERS_MAX = 500_000
# nh3 frees a tree in a time that grows with the square of its depth.
DEPTH_MAX = 3_000

CLOSED_BY_THEMSELVES = frozenset(
    """
    p li dt dd tr td th thead tbody tfoot col colgroup option br hr img input meta link
    base area wbr
    """.split()  # noqa: SIM905 (a table of words)
)
TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
LONE_AMPERSAND = re.compile(r"&(?![a-zA-Z#])")


@dataclass(frozen=True, slots=True)
class Preview:
    """What the frame shows; without a document it says why not."""

    body: str = ""
    sheet: str = ""
    # "", "none" (no HTML in it), "refused" (too big or too deep), "lost", "erased".
    problem: str = "none"


def rebuild(message: Message) -> Preview:
    """Return the harmless form of a message's HTML; never raises over content."""
    try:
        content, _is_cut = read_beginning(message)
    except ContentErased:
        return Preview(problem="erased")
    except ContentLost:
        logger.exception("message %s: content not readable", message.pk)
        return Preview(problem="lost")
    try:
        _root, leaves = take_apart(content)
        sources = [decode_text(part) for part in leaves if is_markup(part)]
        if not sources:
            return Preview()
        return _rebuild("\n".join(sources), _find_picture_in(leaves))
    except TooMuch:
        return Preview(problem="refused")
    except Exception as error:  # noqa: BLE001 - parsers raise anything over such bytes
        kind = type(error).__name__
        logger.info("message %s: no preview (%s)", message.pk, kind)
        return Preview(problem="refused")


def _rebuild(source: str, find_picture: Callable[[str], str]) -> Preview:
    if len(source) > LETTERS_MAX or depth_of(source) > DEPTH_MAX:
        raise TooMuch
    sheets, rest = _take_sheets(source)
    cleaned = nh3.clean(
        # The body's colours count: it becomes an element that we keep.
        LONE_AMPERSAND.sub(
            "&amp;", re.sub(r"(?i)<body\b", f"<div class={css.BODY_CLASS} ", rest)
        ),
        tags=set(TAGS),
        clean_content_tags={"script", STYLE, "title", "template", "noscript", "svg"},
        attributes={
            tag: set(EVERYWHERE | ATTRIBUTES.get(tag, frozenset())) for tag in TAGS
        },
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        link_rel=None,
        generic_attribute_prefixes=None,
    )
    writer = Writer(find_picture)
    writer.feed(cleaned)
    writer.close()
    sheet = css.clean_sheet("\n".join(sheets))
    return Preview(body="".join(writer.written), sheet=sheet, problem="")


def depth_of(source: str) -> int:
    """Return how deep the elements nest at most, never less than a parser builds."""
    opened: dict[str, int] = {}
    depth = deepest = 0
    for closing, name in TAG.findall(source):
        lowered = name.lower()
        if lowered in CLOSED_BY_THEMSELVES:
            continue
        if not closing:
            opened[lowered] = opened.get(lowered, 0) + 1
            depth += 1
            deepest = max(deepest, depth)
        elif opened.get(lowered):
            opened[lowered] -= 1
            depth -= 1
    return deepest


def _take_sheets(source: str) -> tuple[list[str], str]:
    """Split the style sheets off, in one pass from left to right."""
    sheets, rest, position = [], [], 0
    lowered = source.lower()
    if len(lowered) != len(source):  # a letter whose small form is two
        return [], source
    while (opens := lowered.find(f"<{STYLE}", position)) >= 0:
        begins = lowered.find(">", opens)
        ends = lowered.find(f"</{STYLE}", begins) if begins >= 0 else -1
        if ends < 0:
            break
        rest.append(source[position:opens])
        sheets.append(source[begins + 1 : ends])
        closes = lowered.find(">", ends)
        position = closes + 1 if closes >= 0 else len(source)
    return sheets, "".join([*rest, source[position:]])


def _find_picture_in(leaves: list[Part]) -> Callable[[str], str]:
    """Return what leads from a cid: or data: address to a picture we vouch for."""
    by_id = {
        str(part["Content-ID"]).strip().strip("<>"): part
        for part in leaves
        if part["Content-ID"] and not is_markup(part)
    }
    spent = 0

    def find(address: str) -> str:
        nonlocal spent
        scheme, _colon, rest = address.partition(":")
        if scheme == "cid":
            part = by_id.get(unquote(rest))
            data = payload_of(part) if part is not None else b""
        else:
            data = _data_of(rest)
        spent += len(data)
        return pictures.data_uri(data) if spent <= pictures.BYTES_OF_ALL_MAX else ""

    return find


def _data_of(rest: str) -> bytes:
    """Return the bytes of a data: address (RFC 2397)."""
    kind, _comma, data = rest.partition(",")
    if not kind.lower().endswith(";base64"):
        return unquote_to_bytes(data)
    part = Part()
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(unquote(data))
    return payload_of(part)
