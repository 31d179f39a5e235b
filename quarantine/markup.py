"""The words of an HTML text, without its markup."""

from __future__ import annotations

import html
import re

# Their content is no text for a reader.
SILENT = frozenset({"script", "style", "title", "template"})
# Lower case that keeps every letter's place.
LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
BREAKING = re.compile(
    r"/?(?:p|div|br|tr|li|h[1-6]|table|ul|ol|blockquote|hr|pre|section|article)\b"
)
TAG_NAME = re.compile(r"/?[a-z][a-z0-9]*")


def strip_markup(source: str) -> str:
    """Return the words of an HTML text, in one pass from left to right.

    No parser of the standard library: those are quadratic on broken markup.
    """
    lowered = source.translate(LOWER)
    said: list[str] = []
    position = 0
    while position < len(source):
        opens = source.find("<", position)
        if opens < 0:
            said.append(source[position:])
            break
        said.append(source[position:opens])
        position = _skip_tag(lowered, opens, said)
    text = html.unescape("".join(said)).replace("\xa0", " ")
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _skip_tag(lowered: str, opens: int, said: list[str]) -> int:
    """Return where text goes on behind the tag; its end where it never closes."""
    nowhere = len(lowered)
    if lowered.startswith("<!--", opens):
        ends = lowered.find("-->", opens + 4)
        return ends + 3 if ends >= 0 else nowhere
    named = TAG_NAME.match(lowered, opens + 1)
    if named is None and not lowered.startswith(("<!", "<?"), opens):
        said.append("<")
        return opens + 1
    ends = lowered.find(">", opens)
    if ends < 0:
        return nowhere
    name = named[0] if named else ""
    if BREAKING.fullmatch(name):
        said.append("\n")
    if name not in SILENT:
        return ends + 1
    closes = lowered.find(f"</{name}", ends)
    return closes if closes >= 0 else nowhere
