"""Command output that somebody pasted → evidence, as the agent's own checks make it.

Pure and in linear time. What is not recognised is counted and said, never guessed.
"""

from typing import Callable, Dict, List, NamedTuple, Tuple

from diagnostics.checks.evidence import OK, SKIPPED, Evidence, Target
from diagnostics.pasted import (
    dig,
    lookup,
    netcat,
    openssl,
    ping,
    swaks,
    telnet,
    test_net_connection,
    trace,
)
from diagnostics.pasted.blocks import Block, split
from diagnostics.pasted.completing import complete
from diagnostics.pasted.network import Part, join, read_part
from diagnostics.pasted.observed import NOBODY, VANTAGE
from diagnostics.pasted.text import TEXT_LIMIT, clean_lines

__all__ = ["TEXT_LIMIT", "VANTAGE", "Reading", "read", "read_pasted"]

Reader = Callable[[Block, Target], List[Evidence]]

READERS: Dict[str, Reader] = {
    "telnet": telnet.read,
    "test-netconnection": test_net_connection.read,
    "nslookup": lookup.read,
    "dig": dig.read,
    "ping": ping.read,
    "netcat": netcat.read,
    "traceroute": trace.read,
    "openssl": openssl.read,
    "swaks": swaks.read,
}
# Several of these together tell of one machine.
NETWORK = ("ipconfig", "ifconfig", "ip", "route", "resolv.conf")


class Reading(NamedTuple):
    """What a paste holds: evidence, the commands read, and the lines not understood.

    Lines are given as first and last, counted from one.
    """

    evidence: Tuple[Evidence, ...]
    commands: Tuple[str, ...]
    unread: Tuple[Tuple[int, int], ...]

    @property
    def note(self) -> Evidence:
        """Return evidence of what was read and which lines were not."""
        facts = {
            "commands": list(self.commands),
            "unread": [list(lines) for lines in self.unread],
        }
        status = OK if self.commands else SKIPPED
        return Evidence("pasted", ", ".join(self.commands), status, 0.0, facts, [])


def read(text: str, target: Target = NOBODY) -> Reading:
    """Read a paste; `target` says what the scanner's names and addresses are."""
    found: List[Evidence] = []
    commands: List[str] = []
    unread: List[Tuple[int, int]] = []
    parts: List[Part] = []
    for block in split(clean_lines(text)):
        seen = READERS[block.kind](block, target) if block.kind in READERS else []
        part = read_part(block) if block.kind in NETWORK else None
        if seen or (part is not None and part.is_known):
            found += [item for item in seen if _has_port(item)]
            parts += [part] if part is not None else []
            commands.append(block.kind)
        elif any(block.lines):
            unread.append((block.first_line, block.first_line + len(block.lines) - 1))
    return Reading((*join(parts), *complete(found)), tuple(commands), tuple(unread))


def _has_port(item: Evidence) -> bool:
    """Say whether its port is one, where it has any: a paste may be mangled."""
    return 0 < int(item.facts.get("port", 1)) < 65536


def read_pasted(text: str, target: Target = NOBODY) -> List[Evidence]:
    """Return the evidence in a paste, and last a `pasted` that says what was read."""
    reading = read(text, target)
    return [*reading.evidence, reading.note]
