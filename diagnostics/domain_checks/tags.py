"""Records made of tags, as DKIM keys and DMARC policies are (RFC 6376 section 3.2)."""

from __future__ import annotations

import re

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")


def read_tags(text: str) -> list[tuple[str, str]] | None:
    """Return names and values in order, None where it is no list of tags."""
    parts = text.split(";")
    if not parts[-1].strip():
        parts = parts[:-1]
    tags: list[tuple[str, str]] = []
    for part in parts:
        name, equals, value = part.partition("=")
        if not equals or not _NAME.match(name.strip()):
            return None
        tags.append((name.strip(), value.strip()))
    names = [name for name, _value in tags]
    return tags if len(names) == len(set(names)) else None
