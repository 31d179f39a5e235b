"""What telnet says, on Linux, macOS and Windows."""

import re
from typing import List, Tuple

from diagnostics.checks.configured import is_literal
from diagnostics.checks.evidence import FAILED, OK, Evidence, Facts, Target
from diagnostics.checks.wording import CLOSED, TIMEOUT, UNSAID
from diagnostics.pasted.blocks import Block
from diagnostics.pasted.observed import Place, known_host, resolved
from diagnostics.pasted.session import (
    REPLY,
    VERB,
    read_session,
    shown_command,
    steps_of,
)
from diagnostics.pasted.system_errors import error_name
from diagnostics.pasted.text import LIST_LIMIT, first_address, masked, unwrap

USUAL_PORT = 25

_TRYING = re.compile(r"Trying ([\w.:%-]{2,64}?)\.\.\.")
_CONNECTED = re.compile(r"Connected to (\S{1,255}?)\.?\Z")
_FAILED_AT = re.compile(r"telnet: connect to address (\S{2,64}): (.{1,200})")
_UNRESOLVED = re.compile(r"(?:telnet: )?(?:could not resolve )?([\w.-]{1,255})/?\w*: ")
_WINDOWS = re.compile(
    r"(?:Connecting To|Verbindungsaufbau zu|Connexion .{1,2}|Connessione a) ?"
    r"(\S{1,255}?)(?:\.\.\.| in corso)(.{0,400})"
)
_PORT = re.compile(r"(?:[Pp]orta?|\bporto?) (\d{1,5})")
_CLOSED = re.compile(
    r"Connection closed by foreign host|Connection to host lost"
    r"|Verbindung zu(?:m)? Host verloren|Perte de la connexion"
    r"|Connexion .{1,9}perdue"
    r"|Connessione all.{1,3}host perduta|Connexion ferm.{1,3}e par l"
    r"|Connessione chiusa"
)
# The second half of what Windows writes on one line.
_HALF = re.compile(
    r"Could not open connection|Es konnte keine Verbindung"
    r"|Impossible d.{1,3}ouvrir une connexion|Impossibile aprire"
)
_LOCAL = re.compile(r"telnet>|\^\]\Z|Connection closed\.\Z")


class _Seen:
    """What is known while the lines are read."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.address = ""
        self.is_open = False
        self.trying: List[str] = []
        self.failed: List[Tuple[str, str, str]] = []
        self.error = ""
        self.said: List[Tuple[str, str]] = []
        self.end = ""


def read(block: Block, target: Target) -> List[Evidence]:
    """Return names, tcp and the stages of the session."""
    words = [word for word in block.arguments if not word.startswith("-")]
    port = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
    seen = _Seen(words[0] if words else "", port)
    for line in unwrap(block.lines):
        _read_line(seen, line.strip())
    seen.host = known_host(seen.host, target)
    seen.port = seen.port or (target.configured_ports or (USUAL_PORT,))[0]
    if not seen.address and is_literal(seen.host):
        seen.address = seen.host
    return _names(seen, target) + _tcp(seen) + _session(seen, target)


def _read_line(seen: _Seen, line: str) -> None:
    trying, connected = _TRYING.match(line), _CONNECTED.match(line)
    windows = _WINDOWS.match(line)
    if trying:
        seen.trying.append(first_address(trying.group(1)) or trying.group(1))
    elif connected:
        seen.is_open = True
        seen.host = seen.host or connected.group(1)
        seen.address = first_address(seen.trying[-1]) if seen.trying else ""
    elif windows:
        _read_windows(seen, windows.group(1), windows.group(2), line)
    elif not _read_dialogue(seen, line):
        _read_failure(seen, line)


def _read_dialogue(seen: _Seen, line: str) -> bool:
    """Take a line of the session or of its end; say whether it was one."""
    if REPLY.match(line):
        seen.is_open = True
        seen.said.append(("<", line))
    elif _CLOSED.search(line):
        seen.end = seen.end or CLOSED
    elif _LOCAL.search(line):
        seen.end = seen.end or TIMEOUT
    elif line and (VERB.match(line) or seen.said):
        seen.said.append((">", line))
    else:
        return False
    return True


def _read_failure(seen: _Seen, line: str) -> None:
    failed = _FAILED_AT.match(line)
    if failed:
        address = first_address(failed.group(1))
        seen.failed.append((address, error_name(failed.group(2)) or UNSAID, line))
    elif error_name(line):
        seen.error = error_name(line)
        unresolved = _UNRESOLVED.match(line)
        if unresolved and seen.error.startswith("EAI_") and not seen.host:
            seen.host = unresolved.group(1)
    elif _HALF.match(line):
        seen.error = UNSAID


def _read_windows(seen: _Seen, host: str, rest: str, line: str) -> None:
    seen.host = seen.host or host
    port = _PORT.search(rest)
    if port:
        seen.port = seen.port or int(port.group(1))
    if rest.strip():
        seen.error = error_name(rest) or UNSAID
        seen.failed.append(("", seen.error, line))


def _names(seen: _Seen, target: Target) -> List[Evidence]:
    if seen.error.startswith("EAI_"):
        return resolved(seen.host, [], seen.error, target)
    addresses = [first_address(one) for one in seen.trying[:LIST_LIMIT]]
    addresses = sorted(set(filter(None, addresses)), key=addresses.index)
    return resolved(seen.host, addresses, "", target) if addresses else []


def _tcp(seen: _Seen) -> List[Evidence]:
    if seen.error.startswith("EAI_"):
        return []
    found: List[Evidence] = []
    for address, error, line in seen.failed:
        place = Place(seen.host, address, seen.port)
        found.append(
            place.about("tcp", FAILED, {"error": error}, ("! " + masked(line),))
        )
    place = Place(seen.host, seen.address, seen.port)
    if seen.is_open:
        found.append(place.about("tcp", OK, {}))
    elif seen.error and not seen.failed:
        address = first_address(seen.trying[-1]) if seen.trying else seen.address
        place = Place(seen.host, address, seen.port)
        found.append(place.about("tcp", FAILED, {"error": seen.error}))
    return found


def _session(seen: _Seen, target: Target) -> List[Evidence]:
    place = Place(seen.host, seen.address, seen.port)
    steps = steps_of(seen.said)
    if not steps and seen.is_open and seen.end:
        facts: Facts = {"error": seen.end}
        lines = tuple(shown_command(text) for _, text in seen.said[:5])
        return [place.about("greeting", FAILED, facts, lines)]
    return read_session(place, steps, target)
