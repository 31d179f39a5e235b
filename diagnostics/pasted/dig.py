"""What dig says; it speaks English everywhere."""

import re
from typing import List, Optional

from diagnostics.checks.evidence import Evidence, Target
from diagnostics.pasted.blocks import Block
from diagnostics.pasted.lookup import RCODES, name_evidence
from diagnostics.pasted.observed import known_host
from diagnostics.pasted.text import addresses_in, first_address, seconds_of

_STATUS = re.compile(r";; ->>HEADER<<-.{0,60}status: ([A-Z]{3,10})")
_QUESTION = re.compile(r";(\S{1,255})\s{1,40}(?:IN|CH)\s{1,40}([A-Z]{1,10})")
_RECORD = re.compile(
    r"(\S{1,255})\s{1,40}\d{1,10}\s{1,20}IN\s{1,20}(A|AAAA)\s{1,20}(\S+)"
)
_SERVER = re.compile(r";; SERVER: (\S{1,80})")
_TIME = re.compile(r";; Query time: (\d{1,9}) (msec|usec)")
_SILENT = re.compile(r"timed out|no servers could be reached|communications error")
_BANNER = re.compile(r"; <<>> DiG \S{1,60} <<>> ?(.{0,400})")


class _Query:
    def __init__(self, host: str, kind: str, server: str) -> None:
        self.host, self.kind, self.server = host, kind, server
        self.rcode: Optional[int] = None
        self.addresses: List[str] = []
        self.seconds = 0.0
        self.is_silent = False


def read(block: Block, target: Target) -> List[Evidence]:
    """Return `names` for each question about addresses."""
    queries = [_asked(list(block.arguments))]
    for line in block.lines:
        banner = _BANNER.match(line.strip())
        status = _STATUS.match(line.strip())
        if banner and (queries[-1].rcode is not None or queries[-1].is_silent):
            queries.append(_asked([]))
        if status and queries[-1].rcode is not None:
            queries.append(_asked([]))
        if banner:
            asked = _asked(banner.group(1).split())
            for name in ("host", "server"):
                setattr(
                    queries[-1],
                    name,
                    getattr(queries[-1], name) or getattr(asked, name),
                )
            queries[-1].kind = asked.kind
        if status:
            queries[-1].rcode = RCODES.get(status.group(1), 2)
        _read_line(queries[-1], line.strip())
    return [found for query in queries for found in _evidence(query, target)]


def _asked(words: List[str]) -> _Query:
    query = _Query("", "A", "")
    for word in words:
        if word.startswith("@"):
            query.server = first_address(word[1:])
        elif word.upper() in ("A", "AAAA", "MX", "TXT", "NS", "PTR", "ANY", "CNAME"):
            query.kind = word.upper()
        elif not word.startswith(("-", "+")) and "." in word and not query.host:
            query.host = word
    return query


def _read_line(query: _Query, line: str) -> None:
    question, record = _QUESTION.match(line), _RECORD.match(line)
    server, time = _SERVER.match(line), _TIME.match(line)
    if question:
        query.host, query.kind = question.group(1), question.group(2)
    elif record and record.group(2) == query.kind:
        query.addresses += addresses_in(record.group(3))
    elif server:
        query.server = first_address(server.group(1).partition("#")[0])
    elif time:
        query.seconds = seconds_of(time.group(1)) / (
            1 if time.group(2) == "msec" else 1000
        )
    elif _SILENT.search(line):
        query.is_silent = True
        query.server = query.server or first_address(line.replace("#", " "))
    elif addresses_in(line) == [line]:  # +short
        query.addresses.append(line)
        query.rcode = query.rcode or 0


def _evidence(query: _Query, target: Target) -> List[Evidence]:
    if query.kind not in ("A", "AAAA"):
        return []
    if query.rcode is None and not query.is_silent:
        return []
    host = known_host(query.host, target)
    if not host:
        return []
    found = name_evidence(host, query.kind, query.server, query.addresses, query.rcode)
    return [found._replace(duration_seconds=round(query.seconds, 6))]
