"""Hostile characters made visible: nothing that turns or hides text reaches a page."""

from __future__ import annotations

import re

# Bidirectional controls, C0 and C1 controls, line and paragraph separators.
UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
)


def show_hidden(text: str) -> str:
    """Replace characters that turn, hide or break text by their names."""
    return UNSEEN.sub(lambda found: f"‹U+{ord(found[0]):04X}›", text)


def show_line(text: str) -> str:
    """Do the same for what must stay on one line."""
    return show_hidden(" ".join(text.split()))
