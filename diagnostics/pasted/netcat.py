"""What nc and ncat say with -v: the telnet of macOS and of bare Linux."""

import re
from typing import List

from diagnostics.checks.configured import is_literal
from diagnostics.checks.evidence import FAILED, OK, Evidence, Target
from diagnostics.checks.wording import UNSAID
from diagnostics.pasted.blocks import Block
from diagnostics.pasted.observed import Place, known_host, resolved
from diagnostics.pasted.session import REPLY, read_session, steps_of
from diagnostics.pasted.system_errors import error_name
from diagnostics.pasted.text import first_address, masked

_OPEN = re.compile(
    r"Connection to (\S{1,255})(?: \((\S{2,45})\))?,? (?:port )?(\d{1,5})(?: port)?"
    r" \[.{0,40}\] succeeded|Ncat: Connected to (\S{2,45}):(\d{1,5})"
    r"|(\S{1,255}) \[([\d.]{7,15})\] (\d{1,5}) \(\S{0,40}\) open"
)
_FAILED = re.compile(
    r"nc: connectx? to (\S{1,255})(?: \((\S{2,45})\))? port (\d{1,5}) \(tcp\) failed: "
    r"(.{1,200})"
)
_UNKNOWN = re.compile(r"n?c?(?:at)?: getaddrinfo")


def read(block: Block, target: Target) -> List[Evidence]:
    """Return names, tcp and the stages of a session for each attempt."""
    words = [word for word in block.arguments if not word.startswith("-")]
    port = int(words[-1]) if words and words[-1].isdigit() else 0
    place = Place(known_host(words[-2] if len(words) > 1 else "", target), "", port)
    found: List[Evidence] = []
    said = []
    for line in (line.strip() for line in block.lines):
        opened, failed = _OPEN.search(line), _FAILED.search(line)
        if opened:
            place = _opened(opened, place)
            found += _reached(place, target)
        elif failed:
            host, address, number, why = failed.groups()
            at = Place(
                known_host(host, target), first_address(address or host), int(number)
            )
            facts = {"error": error_name(why) or UNSAID}
            found.append(at.about("tcp", FAILED, facts, ("! " + masked(line),)))
        elif REPLY.match(line):
            said.append(("<", line))
        elif _UNKNOWN.search(line):
            found += resolved(place.host, [], "EAI_NONAME", target)
        elif (
            error_name(line) and place.port and line.lower().startswith(("nc", "(unk"))
        ):
            found.append(place.about("tcp", FAILED, {"error": error_name(line)}))
    return found + read_session(place, steps_of(said), target)


def _opened(match: "re.Match[str]", place: Place) -> Place:
    host, address, port, at, at_port, old, old_address, old_port = match.groups()
    address = first_address(address or at or old_address or host or "")
    return Place(
        place.host or host or old or address,
        address,
        int(port or at_port or old_port),
    )


def _reached(place: Place, target: Target) -> List[Evidence]:
    names = resolved(place.host, [place.address], "", target) if place.address else []
    names = [] if is_literal(place.host) else names
    return [*names, place.about("tcp", OK, {})]
