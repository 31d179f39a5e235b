"""What Test-NetConnection of PowerShell says; its field names are never translated."""

import re
from typing import Dict, List

from diagnostics.checks.configured import is_literal
from diagnostics.checks.evidence import FAILED, OK, Evidence, Facts, Target
from diagnostics.checks.wording import TIMEOUT, UNSAID
from diagnostics.pasted.blocks import Block
from diagnostics.pasted.observed import Place, known_host, resolved
from diagnostics.pasted.system_errors import error_name
from diagnostics.pasted.text import first_address, seconds_of

_FIELD = re.compile(r"([A-Z][A-Za-z]{3,30}(?: \(RTT\))?) {0,20}: ?(.{0,300})\Z")
_TCP = re.compile(r"TCP connect to \(?([^\s()]{2,255}) ?: ?(\d{1,5})\)? failed")
_NAME = re.compile(r"Name resolution of (\S{1,255}) failed")
_PING = re.compile(r"Ping to (\S{2,255}) failed(?:.{0,40}: ?(\w{1,40}))?")


def read(block: Block, target: Target) -> List[Evidence]:
    """Return names, tcp and ping of every result in the block."""
    found: List[Evidence] = []
    fields: Dict[str, str] = {}
    for line in [*block.lines, "ComputerName : "]:
        field = _FIELD.match(line.strip())
        if field and field.group(1) == "ComputerName" and "ComputerName" in fields:
            found += _result(fields, block, target)
            fields = {}
        if field:
            fields.setdefault(field.group(1), field.group(2).strip())
        _read_warning(fields, line)
    if not found and any(key.startswith("Warn") for key in fields):
        found = _result(fields, block, target)
    return found


def _read_warning(fields: Dict[str, str], line: str) -> None:
    tcp, name, ping = _TCP.search(line), _NAME.search(line), _PING.search(line)
    if tcp:
        fields["WarnPort"] = tcp.group(2)
        fields["WarnAddress"] = first_address(tcp.group(1))
    if name:
        fields["WarnName"] = name.group(1)
    if ping:
        fields["WarnPing"] = ping.group(2) or UNSAID


def _argument(block: Block, name: str) -> str:
    """Return the value after -Port or -ComputerName, however it is shortened."""
    words = list(block.arguments)
    for word, value in zip(words, words[1:]):
        if len(word) > 1 and name.startswith(word.lower()):
            return value
    return ""


def _result(fields: Dict[str, str], block: Block, target: Target) -> List[Evidence]:
    host = fields.get("ComputerName") or fields.get("WarnName", "")
    host = known_host(host or _argument(block, "-computername"), target)
    address = first_address(fields.get("RemoteAddress", ""))
    address = address or fields.get("WarnAddress", "")
    if not address and is_literal(host):
        address = host
    unresolved = "WarnName" in fields or (
        fields.get("NameResolutionSucceeded") == "False"
    )
    if unresolved and not address:
        return resolved(host, [], "EAI_NONAME", target)
    found = resolved(host, [address], "", target) if address else []
    port = fields.get("RemotePort") or fields.get("WarnPort", "")
    port = port or _argument(block, "-port")
    if port.isdigit() and ("TcpTestSucceeded" in fields or "WarnPort" in fields):
        found.append(_tcp(Place(host, address, int(port)), fields))
    return found + _ping(host, address, fields)


def _tcp(place: Place, fields: Dict[str, str]) -> Evidence:
    source = first_address(fields.get("SourceAddress", ""))
    facts: Facts = {"local_address": source} if source else {}
    if fields.get("TcpTestSucceeded") == "True":
        return place.about("tcp", OK, facts)
    facts["error"] = UNSAID
    return place.about("tcp", FAILED, facts)


def _ping(host: str, address: str, fields: Dict[str, str]) -> List[Evidence]:
    """Windows pings first where TCP failed; an unanswered ping alone is no fault."""
    said = fields.get("PingSucceeded")
    if said is None and "WarnPing" not in fields:
        return []
    answered = said == "True"
    facts: Facts = {"host": host, "address": address, "answered": answered}
    rtt = fields.get("PingReplyDetails (RTT)", "")
    if answered and rtt:
        facts["seconds"] = seconds_of(rtt)
    status = fields.get("WarnPing", "")
    if not answered:
        facts["error"] = TIMEOUT if status == "TimedOut" else error_name(status)
    return [
        Evidence("ping", host or address, OK if answered else FAILED, 0.0, facts, [])
    ]
