"""What ping says: who answered, how late, how much was lost."""

import re
from typing import List

from diagnostics.checks.evidence import FAILED, OK, WARNING, Evidence, Facts, Target
from diagnostics.checks.wording import TIMEOUT
from diagnostics.pasted.blocks import Block
from diagnostics.pasted.observed import known_host, resolved
from diagnostics.pasted.system_errors import error_name
from diagnostics.pasted.text import first_address, seconds_of

_HEAD = re.compile(
    r"(?:PING|Pinging|Ping wird ausgef.{1,3}hrt f.{1,2}r|Envoi d.{1,3}une requ.{1,2}te "
    r"'?[Pp]ing'?(?: sur)?|Esecuzione di Ping)\s{1,4}(\S{1,255})(.{0,200})"
)
_ANSWER = re.compile(
    r"(?:time|Zeit|temps|durata)\s?[=<]\s?(\d{1,9}(?:[.,]\d{1,6})?)", re.IGNORECASE
)
_LOSS = re.compile(r"(\d{1,3})(?:[.,]\d{1,6})?\s?%")
_HOST_IN = re.compile(
    r"(?:find host|konnte Host|trouver l.{1,3}h.{1,2}te|trovare l.{1,3}host)\s{1,3}\"?"
    r"([\w.-]{1,255})"
    r"|ping: (?:cannot resolve |unknown host )?([\w.-]{1,255})"
)


class _Seen:
    """What is known while the lines are read."""

    def __init__(self, host: str) -> None:
        self.host, self.address, self.error = host, "", ""
        self.times: List[float] = []
        self.loss = -1


def read(block: Block, target: Target) -> List[Evidence]:
    """Return `names` of the machine's own resolver and `ping`."""
    words = [word for word in block.arguments if re.match(r"[\w.-]+\.\w+\Z|.*:", word)]
    seen = _Seen(words[-1] if words else "")
    for line in block.lines:
        _read_line(seen, line.strip())
    host = known_host(seen.host, target)
    if seen.error.startswith("EAI_"):
        return resolved(host, [], seen.error, target)
    if not seen.address:
        return []
    found = resolved(host, [seen.address], "", target)
    if seen.times or seen.loss >= 0 or seen.error:
        found.append(_ping(host, seen))
    return found


def _read_line(seen: _Seen, line: str) -> None:
    head, answer, lost = _HEAD.match(line), _ANSWER.search(line), _LOSS.search(line)
    if head:
        seen.host = seen.host or head.group(1)
        seen.address = first_address(head.group(2)) or first_address(head.group(1))
    elif answer and first_address(line):
        seen.times.append(seconds_of(answer.group(1)))
    elif lost:
        seen.loss = int(lost.group(1))
    elif error_name(line):
        seen.error = error_name(line)
        named = _HOST_IN.search(line)
        if named:
            seen.host = seen.host or named.group(1) or named.group(2)


def _ping(host: str, seen: _Seen) -> Evidence:
    answered = bool(seen.times)
    facts: Facts = {"host": host, "address": seen.address, "answered": answered}
    if seen.loss >= 0:
        facts["loss_percent"] = seen.loss
    if answered:
        facts["seconds"] = sorted(seen.times)[len(seen.times) // 2]
        status = WARNING if seen.loss > 0 else OK
    else:
        facts["error"], status = seen.error or TIMEOUT, FAILED
    return Evidence("ping", host, status, 0.0, facts, [])
