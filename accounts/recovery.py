"""Recovery codes as text: drawn, and read as people type them.

The alphabet is Crockford's base32: 15 characters of it are 75 random bits.
"""

from __future__ import annotations

import re
import secrets
from urllib.parse import quote

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
GROUPS, GROUP_LENGTH = 3, 5
CODES = 10
# Letters that the alphabet leaves out, because they look like these digits.
LOOKALIKES = str.maketrans("ilo", "110")


def draw() -> list[str]:
    """Return the codes of one sheet, grouped by dashes."""
    return ["-".join(_draw_group() for _ in range(GROUPS)) for _ in range(CODES)]


def normalize(typed: str) -> str:
    """Return what counts of a typed code, empty if it cannot be one."""
    code = re.sub(r"[\s\-\u2010-\u2013]", "", typed).lower().translate(LOOKALIKES)
    fits = re.fullmatch(f"[{ALPHABET}]{{{GROUPS * GROUP_LENGTH}}}", code)
    return code if fits else ""


def as_download(codes: list[str], heading: str) -> str:
    """Return the sheet as the address of a text file: no server keeps one."""
    lines = [heading, "", *(f"{n:2}. {code}" for n, code in enumerate(codes, 1)), ""]
    return "data:text/plain;charset=utf-8," + quote("\r\n".join(lines))


def _draw_group() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH))
