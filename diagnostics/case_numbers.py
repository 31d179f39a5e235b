"""Numbers of support cases: drawn, said on the telephone, checked for slips."""

from __future__ import annotations

import re
import secrets

DIGITS = 5
# Damm's quasigroup: each wrong digit, and two neighbours exchanged, show.
TABLE = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip
NUMBER = re.compile(rf"(\d{{4}})-?(\d{{{DIGITS + 1}}})")


def draw_number(year: int) -> str:
    """Return a number of that year, such as 2026-482137; it may be taken already.

    Drawn at random: nobody reads from one how many cases there are.
    """
    drawn = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    return f"{year}-{drawn}{_check_digit(f'{year}{drawn}')}"


def read_number(text: str) -> str:
    """Return the number as we write it, empty if there is none or it has a slip."""
    found = NUMBER.fullmatch(re.sub(r"[\s.]", "", text))
    if found is None or _check_digit("".join(found.groups())) != "0":
        return ""
    return "-".join(found.groups())


def _check_digit(digits: str) -> str:
    interim = "0"
    for digit in digits:
        interim = TABLE[int(interim)][int(digit)]
    return interim
