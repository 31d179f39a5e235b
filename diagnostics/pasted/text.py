"""Pasted text made plain: lines without escapes and odd blanks."""

import ipaddress
import re
from typing import List

from cleanmail.wire.transcript import MASK

# What is read of one paste: more is no output of these commands.
TEXT_LIMIT = 1000000
LINES_LIMIT = 20000
LINE_LIMIT = 1000
# Nobody has more addresses, cards or gateways that matter.
LIST_LIMIT = 32

# Consoles break lines at their width; these are the usual ones.
CONSOLE_WIDTHS = (80, 120)

_ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]{0,20}[A-Za-z]|[=>()][A-Za-z0-9]?)")
_BLANKS = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000\t]")
_NOTHING = re.compile("[\u200b-\u200f\u2060\ufeff\x00-\x08\x0b-\x1f\x7f]")
_APOSTROPHES = re.compile("[\u2018\u2019\u02bc\u00b4`]")
_ADDRESS = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}(?![\w.])"
    r"|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:\d?(?:\.\d{1,3}){3})?(?![\w:]))"
)
_NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,6})?")
_MAIL = re.compile(r"[^\s<>:\"']{1,64}@[^\s<>:\"']{1,255}")
_MAC = re.compile(r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{2}[-:]){5}[0-9A-Fa-f]{2}(?![\w:-])")


def clean_lines(text: str) -> List[str]:
    """Return the lines as a reader means them; of what is too long, the beginning."""
    text = text[:TEXT_LIMIT].replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n", LINES_LIMIT)[:LINES_LIMIT]
    return [_clean(line[:LINE_LIMIT]) for line in lines]


def _clean(line: str) -> str:
    line = _NOTHING.sub("", _BLANKS.sub(" ", _ESCAPES.sub("", line)))
    return _APOSTROPHES.sub("'", line).rstrip()


def unwrap(lines: List[str]) -> List[str]:
    """Join what a console broke at its width."""
    joined: List[str] = []
    grows = False
    for line in lines:
        if grows:
            joined[-1] += line
        else:
            joined.append(line)
        grows = len(line) in CONSOLE_WIDTHS and len(joined[-1]) < LINE_LIMIT
    return joined


def addresses_in(text: str) -> List[str]:
    """Return the IP addresses in a line, in the usual spelling, without zone."""
    spelled = [_address(match.group()) for match in _ADDRESS.finditer(text)]
    return [one for one in spelled if one]


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def first_address(text: str) -> str:
    """Return the first IP address in a line, empty if there is none."""
    found = addresses_in(text)
    return found[0] if found else ""


def seconds_of(text: str) -> float:
    """Return milliseconds as written, with point or comma, in seconds."""
    found = _NUMBER.search(text)
    return round(float(found.group().replace(",", ".")) / 1000, 6) if found else 0.0


def masked(line: str) -> str:
    """Hide mail and hardware addresses."""
    return _MAC.sub(MASK, _MAIL.sub(MASK, line))
