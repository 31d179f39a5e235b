"""What tracert, traceroute, tracepath and mtr say of the way to a host."""

import re
from typing import Dict, List

from diagnostics.checks.configured import is_literal
from diagnostics.checks.evidence import OK, WARNING, Evidence, Facts, Target
from diagnostics.pasted.blocks import Block
from diagnostics.pasted.observed import known_host, resolved
from diagnostics.pasted.system_errors import error_name
from diagnostics.pasted.text import addresses_in, first_address, seconds_of

HOPS_LIMIT = 64

_HEAD = re.compile(
    r"(?:traceroute6? to|Tracing route to|Routenverfolgung zu|D.{1,3}termination de "
    r"l.{1,3}itin.{1,3}raire vers|Traccia instradamento verso)\s{1,4}"
    r"(\S{1,255})(.{0,200})"
)
_HOP = re.compile(r"(\d{1,2})(?:\.\|--|[?:]{1,2})?\s{1,9}(\S.{0,400})")
_TIME = re.compile(r"<?(\d{1,7}(?:[.,]\d{1,6})?) ?ms")
_MTR = re.compile(r"(\d{1,3}[.,]\d)%\s{1,9}\d{1,6}\s{1,9}(\d{1,7}[.,]\d)")
_REFUSED = re.compile(r"!([HNXAP])\b")
_REPORT = re.compile(r"(?:reports|meldet|rapports?|rapporti?) ?: ?(.{0,100})")
_NAME = re.compile(
    r"(?:system name|Zielname|cible|destinazione) \"?([\w.-]{1,255}?)\"?\.?(?:\s|\Z)"
    r"|(?:traceroute6?: )?([\w.-]{1,255}): "
)
_MARKS = {"H": "EHOSTUNREACH", "N": "ENETUNREACH", "X": "EACCES", "A": "EACCES"}


class _Seen:
    """What is known while the lines are read."""

    def __init__(self, host: str) -> None:
        self.host, self.address, self.error = host, "", ""
        self.hops: Dict[int, Facts] = {}


def read(block: Block, target: Target) -> List[Evidence]:
    """Return names and `path`; of routers the addresses are kept, never the names."""
    words = [word for word in block.arguments if not word.startswith(("-", "/"))]
    words = [word for word in words if not word.isdigit()]
    seen = _Seen(words[-1] if words else "")
    for line in _joined(block.lines):
        _read_line(seen, line.strip())
    host = known_host(seen.host, target)
    if seen.error.startswith("EAI_") and not seen.hops:
        return resolved(host, [], seen.error, target)
    if not seen.hops:
        return []
    if not seen.address and is_literal(host):
        seen.address = host
    found = resolved(host, [seen.address], "", target) if seen.address else []
    return [*found, _path(host, seen)]


def _joined(lines: List[str]) -> List[str]:
    """Mend names that were broken within their brackets, over two lines at most."""
    joined: List[str] = []
    is_broken = False
    for line in lines:
        if is_broken:
            joined[-1] = joined[-1].rstrip() + line[:400].strip()
        else:
            joined.append(line[:400])
        is_broken = not is_broken and line.count("[") > line.count("]")
    return joined


def _read_line(seen: _Seen, line: str) -> None:
    head, hop = _HEAD.match(line), _HOP.match(line)
    if head:
        seen.host = seen.host or head.group(1)
        seen.address = first_address(head.group(2)) or first_address(head.group(1))
    elif hop and int(hop.group(1)) and "LOCALHOST" not in line:
        _read_hop(seen, int(hop.group(1)), hop.group(2))
    elif error_name(line):
        seen.error = error_name(line)
        named = _NAME.search(line)
        if named:
            seen.host = seen.host or named.group(1) or named.group(2)


def _read_hop(seen: _Seen, number: int, text: str) -> None:
    addresses, times = addresses_in(text), _TIME.findall(text)
    report, mark, mtr = _REPORT.search(text), _REFUSED.search(text), _MTR.search(text)
    facts: Facts = {"hop": number, "address": addresses[-1] if addresses else ""}
    if mtr:
        facts["loss_percent"] = round(float(mtr.group(1).replace(",", ".")))
        times = [mtr.group(2)]
    facts["seconds"] = min((seconds_of(one) for one in times), default=None)
    if report or mark:
        said = error_name(report.group(1)) if report else ""
        facts["error"] = said or (_MARKS.get(mark.group(1), "") if mark else "")
        seen.error = seen.error or str(facts["error"])
    known = seen.hops.get(number)
    is_new = known is None or not known["address"]
    if len(seen.hops) < HOPS_LIMIT and is_new:
        seen.hops[number] = facts


def _path(host: str, seen: _Seen) -> Evidence:
    hops = [seen.hops[number] for number in sorted(seen.hops)]
    answered = [hop["address"] for hop in hops if hop["address"]]
    last = answered[-1] if answered else ""
    reached = bool(seen.address) and last == seen.address and not seen.error
    facts: Facts = {
        "host": host,
        "address": seen.address,
        "hops": hops,
        "last": last,
        "is_reached": reached if seen.address else None,
        "error": seen.error,
    }
    status = OK if reached else WARNING  # many routers say nothing
    return Evidence("path", host, status, 0.0, facts, [_shown(hop) for hop in hops])


def _shown(hop: Facts) -> str:
    spent = hop["seconds"]
    time = "{:.1f} ms".format(spent * 1000) if spent is not None else ""
    words = (str(hop["address"] or "*"), time, str(hop.get("error", "")))
    return "# {:>2}  {}".format(hop["hop"], "  ".join(filter(None, words)))
