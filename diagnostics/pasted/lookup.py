"""What nslookup says, on Windows, Linux and macOS, asked for one name or several."""

import re
from typing import List, Optional

from diagnostics.checks.configured import clean_host, is_literal
from diagnostics.checks.evidence import FAILED, OK, Evidence, Facts, Target
from diagnostics.checks.wording import TIMEOUT
from diagnostics.pasted.blocks import Block
from diagnostics.pasted.observed import known_host
from diagnostics.pasted.text import LIST_LIMIT, addresses_in, first_address

RCODES = {
    "NOERROR": 0,
    "FORMERR": 1,
    "SERVFAIL": 2,
    "NXDOMAIN": 3,
    "NOTIMP": 4,
    "REFUSED": 5,
}

_SERVER = re.compile(
    r"(?:Server|Serveur|Standardserver|Default Server|Serveur par d.{1,2}faut"
    r"|Server predefinito) {0,4}:(.{0,300})"
)
_NAME = re.compile(r"(?:Name|Nom|Nome) {0,4}:\s{0,9}(\S{1,255})")
_ADDRESS = re.compile(r"(?:Address(?:es)?|Adresses?|Indirizz[io]) {0,4}:(.{0,300})")
_ALIAS = re.compile(r"Alias(?:es)? {0,4}:|(\S{1,255}) +canonical name = (\S{1,255})")
_TIMEOUT = re.compile(
    r"DNS request timed out|connection timed out|no servers could be reached"
    r"|No response from server|\*\*\* .{0,300}(?:timed[- ]out|Zeit.{1,3}berschreitung"
    r"|d.{1,2}lai de la requ|[Tt]empo scaduto|[Tt]imeout)"
)
_MISSING = re.compile(r"Non-existent domain|NXDOMAIN")
_BROKEN = re.compile(r"Server failed|SERVFAIL")
_REFUSED = re.compile(r"Query refused|REFUSED")
_NO_ANSWER = re.compile(
    r"Can't find .{1,255}: No answer|\*\*\* No .{0,60}records? avail"
)
_ASKED = (
    re.compile(r"can't find (\S{1,255}?):", re.IGNORECASE),
    re.compile(r"\*\*\* (\S{1,255}) wurde von "),
    re.compile(r"ne parvient pas .{1,2} trouver (\S{1,255}?) ?:"),
    re.compile(r"in grado di trovare (\S{1,255}?) ?:"),
)
_INTERACTIVE = re.compile(r"> ?([\w.-]{1,255})\Z")


class _Answer:
    """One question and what came of it."""

    def __init__(self, host: str, server: str) -> None:
        self.host, self.server = host, server
        self.names: List[str] = []
        self.addresses: List[str] = []
        self.rcode: Optional[int] = None
        self.timeouts = 0
        # Whether addresses that follow are the name's, not the server's.
        self.in_answer = False


def read(block: Block, target: Target) -> List[Evidence]:
    """Return `names` for A and AAAA of each question."""
    words = [word for word in block.arguments if not word.startswith("-")]
    answers = [_Answer(words[0] if words else "", words[1] if words[1:] else "")]
    for line in block.lines:
        asked = _INTERACTIVE.match(line.strip())
        server = _SERVER.match(line.strip())
        is_new = server and (answers[-1].in_answer or answers[-1].rcode is not None)
        if asked or is_new:
            answers.append(_Answer(asked.group(1) if asked else "", answers[-1].server))
        _read_line(answers[-1], line)
    return [found for answer in answers for found in _evidence(answer, target)]


def _read_line(answer: _Answer, line: str) -> None:
    text = line.strip()
    server, name, address = _SERVER.match(text), _NAME.match(text), _ADDRESS.match(text)
    alias = _ALIAS.match(text)
    if server:
        answer.server = first_address(server.group(1)) or answer.server
        answer.in_answer = False
    elif name:
        answer.names.append(clean_host(name.group(1)))
        answer.in_answer, answer.rcode = True, 0
    elif alias:
        if alias.group(1):
            answer.host = answer.host or alias.group(1)
        answer.in_answer = answer.in_answer and not text.startswith("Alias")
    elif address and not answer.in_answer:
        answer.server = first_address(address.group(1)) or answer.server
    elif answer.in_answer and (address or line[:1] == " "):
        answer.addresses += addresses_in(address.group(1) if address else text)
    else:
        _read_failure(answer, text)


def _read_failure(answer: _Answer, text: str) -> None:
    for pattern in _ASKED:
        asked = pattern.search(text)
        if asked and not answer.host:
            answer.host = asked.group(1)
    if _TIMEOUT.search(text):
        answer.timeouts += 1
        answer.server = answer.server or first_address(text)
    elif _MISSING.search(text):
        answer.rcode = 3
    elif _BROKEN.search(text):
        answer.rcode = 2
    elif _REFUSED.search(text):
        answer.rcode = 5
    elif _NO_ANSWER.search(text):
        answer.rcode = answer.rcode or 0


def _evidence(answer: _Answer, target: Target) -> List[Evidence]:
    if is_literal(answer.host):
        return []  # who asks for an address wants its name
    # Asked for an alias, nslookup shows the name behind it.
    host = known_host(answer.host or "".join(answer.names[:1]), target)
    if answer.rcode is None and not answer.timeouts:
        return []
    if not host:
        return []
    return [
        name_evidence(
            host,
            kind,
            answer.server,
            [one for one in answer.addresses if (":" in one) == (kind == "AAAA")],
            answer.rcode,
        )
        for kind in ("A", "AAAA")
    ]


def name_evidence(
    host: str, kind: str, server: str, addresses: List[str], rcode: Optional[int]
) -> Evidence:
    """Return what a name server said, without an rcode that it said nothing."""
    addresses = addresses[:LIST_LIMIT]
    facts: Facts = {
        "resolver": server,
        "host": clean_host(host),
        "type": kind,
        "addresses": sorted(set(addresses), key=addresses.index),
        "error": "" if rcode is not None else TIMEOUT,
    }
    if rcode is not None:
        facts["rcode"] = rcode
    status = OK if rcode == 0 else FAILED
    subject = "{} {} @{}".format(facts["host"], kind, server)
    return Evidence("names", subject, status, 0.0, facts, [])
