"""Words of a held mail, or of people, fit for a mail of ours: no link comes of them."""

from __future__ import annotations

import re

from quarantine.visible import show_line

# Mail programs make links of what looks like one: a held mail's subject must not become
# a link in a mail of ours. An unseen space breaks it for them, for no reader.
LINKABLE = re.compile(r"(://|(?<=\w)\.(?=\w))")
UNSEEN_SPACE = "\u200b"


def unlink(text: str, limit: int) -> str:
    """Return what a held mail says for a mail of ours: short, one line, no link."""
    line = show_line(text.replace(UNSEEN_SPACE, ""))
    short = line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
    return LINKABLE.sub(rf"\1{UNSEEN_SPACE}", short)
