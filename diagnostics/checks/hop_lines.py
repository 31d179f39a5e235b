"""What traceroute and tracert print, line by line."""

import re
from typing import List, Tuple

_ADDRESS = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:]+)", re.IGNORECASE)
_NUMBER = re.compile(r"^\s*(\d{1,2})\s+(.*)$")
_TIME = re.compile(r"<?\s*(\d+(?:[.,]\d+)?)\s*ms", re.IGNORECASE)


def hops_in(text: str) -> List[Tuple[int, str, float]]:
    """Return number, address and seconds of each hop; empty where nobody answered."""
    found = []
    for line in text.splitlines():
        row = _NUMBER.match(line)
        if not row:
            continue
        times = [float(one.replace(",", ".")) for one in _TIME.findall(row.group(2))]
        address = _ADDRESS.search(_TIME.sub("", row.group(2)))
        seconds = min(times) / 1000 if times else 0.0
        who = address.group(1) if address and times else ""
        found.append((int(row.group(1)), who, seconds))
    return found
