"""What swaks says: `<-` and `->` in clear, `<~` and `~>` inside TLS."""

import re
from typing import List, Tuple

from diagnostics.checks.configured import is_literal
from diagnostics.checks.evidence import FAILED, OK, Evidence, Target
from diagnostics.checks.wording import UNSAID
from diagnostics.pasted.blocks import Block
from diagnostics.pasted.observed import Place, known_host, resolved
from diagnostics.pasted.session import read_session, steps_of
from diagnostics.pasted.system_errors import error_name
from diagnostics.pasted.text import first_address

_TRYING = re.compile(r"=== Trying (\[?[^\s\]]{1,255}\]?):(\d{1,5})\.\.\.")
_SAID = re.compile(r"(<[-~*]{1,2}|[ *]?[-~]>) {0,2}(.{0,900})\Z")
_TLS = re.compile(r"=== TLS started with cipher (\S{1,20}?):(\S{1,80}?)(?::\d+)?\Z")
_FAILED = re.compile(r"\*\*\* Error connecting|\*\*\* \s{0,4}IO::Socket")


class _Seen:
    """What is known while the lines are read."""

    def __init__(self) -> None:
        self.host, self.port = "", 25
        self.is_open = False
        self.error = ""
        self.said: List[Tuple[str, str]] = []
        self.tls: Tuple[str, str] = ("", "")


def read(block: Block, target: Target) -> List[Evidence]:
    """Return tcp and the stages; what is typed to log in is never kept."""
    seen = _Seen()
    for line in block.lines:
        _read_line(seen, line)
    host = known_host(seen.host, target)
    place = Place(host, host if is_literal(host) else "", seen.port)
    if seen.error.startswith("EAI_"):
        return resolved(host, [], seen.error, target)
    if not seen.is_open and not seen.said:
        error = seen.error
        return [place.about("tcp", FAILED, {"error": error})] if error else []
    found = [place.about("tcp", OK, {})]
    found += read_session(place, steps_of(seen.said), target)
    if seen.tls[0]:
        facts = {"version": seen.tls[0], "cipher": seen.tls[1]}
        found.append(place.about("certificate", OK, facts))
    return found


def _read_line(seen: _Seen, line: str) -> None:
    trying, said, tls = _TRYING.match(line), _SAID.match(line), _TLS.match(line)
    if trying:
        host = trying.group(1).strip("[]")
        seen.host, seen.port = first_address(host) or host, int(trying.group(2))
    elif line.startswith("=== Connected to"):
        seen.is_open = True
    elif tls:
        seen.tls = tls.group(1), tls.group(2)
    elif said:
        mark = "<" if said.group(1).startswith("<") else ">"
        seen.said.append((mark, said.group(2).strip()))
    elif line.startswith("***") and not seen.is_open:
        name = error_name(line.replace("Bad hostname", "unknown host"))
        seen.error = name or seen.error or (UNSAID if _FAILED.match(line) else "")
