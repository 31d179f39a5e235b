"""Names of people: what may stand in one, so that no page, mail or table is misled."""

from __future__ import annotations

NAME_MAX = 200
# What a spreadsheet would read as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def is_plain(name: str) -> bool:
    """Say whether nothing in it hides, turns text or calculates."""
    return (
        len(name) <= NAME_MAX
        and name.isprintable()
        and not name.lstrip().startswith(FORMULA_STARTS)
    )
