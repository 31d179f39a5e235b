"""What the name resolves to, for this machine and for each name server it asks."""

import queue
import socket
import time
from functools import partial
from typing import Any, Callable, List, Sequence, Tuple

from cleanmail.wire import dns
from cleanmail.wire.errors import DnsFailed
from diagnostics.checks import resolvers
from diagnostics.checks.configured import clean_host, is_literal, is_own_machine
from diagnostics.checks.evidence import (
    FAILED,
    OK,
    Emit,
    Evidence,
    Facts,
    Target,
)
from diagnostics.checks.side_by_side import Running, side_by_side
from diagnostics.checks.wording import TIMEOUT

SYSTEM_SECONDS = 2.5
SERVER_SECONDS = 2.0
AGAIN_SECONDS = 0.65

_GAI = {
    getattr(socket, name): name
    for name in ("EAI_NONAME", "EAI_NODATA", "EAI_AGAIN", "EAI_FAIL")
    if hasattr(socket, name)
}


def ask_system(host: str) -> Tuple[List[str], str]:
    """Return addresses and error of this machine's resolver, hosts file included."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return [], _GAI.get(error.args[0], str(error.args[0]))
    except (OSError, UnicodeError) as error:
        return [], type(error).__name__
    addresses = [str(entry[4][0]) for entry in found]
    return sorted(set(addresses), key=addresses.index), ""


def ask_server(host: str, kind: str, server: str) -> Evidence:
    """Ask one name server for one type."""
    since = time.monotonic()
    facts: Facts = {
        "resolver": server,
        "host": host,
        "type": kind,
        "addresses": [],
    }
    try:
        answer, facts["tries"] = _persist(partial(dns.query, host, kind, server))
    except DnsFailed as error:
        facts["error"] = error.reason
        facts["text"] = str(error)
        status = FAILED
    else:
        facts["rcode"] = answer.rcode
        facts["addresses"] = answer.values(kind)
        facts["error"] = ""
        status = FAILED if answer.rcode else OK
    spent = round(time.monotonic() - since, 4)
    subject = "{} {} @{}".format(host, kind, server)
    return Evidence("names", subject, status, spent, facts, [])


def _persist(query: Callable[..., dns.Answer]) -> Tuple[dns.Answer, int]:
    """Ask again while nothing comes, as resolvers do: one lost packet is no fault.

    Return the first answer and how often it took; an early error ends it.
    """
    replies: "queue.Queue[Any]" = queue.Queue()
    ends_at, tries = time.monotonic() + SERVER_SECONDS, 0
    while True:
        left = ends_at - time.monotonic()
        if left <= 0:
            raise DnsFailed(TIMEOUT, "no answer in {} tries".format(tries))
        tries += 1
        Running(partial(_post, replies, partial(query, timeout=left)))
        try:
            answer = replies.get(timeout=min(left, AGAIN_SECONDS))
        except queue.Empty:
            continue
        if isinstance(answer, dns.Answer):
            return answer, tries
        raise answer


def _post(replies: "queue.Queue[Any]", query: Callable[[], dns.Answer]) -> None:
    try:
        replies.put(query())
    except DnsFailed as error:
        replies.put(error)


def check_system(host: str, target: Target, emit: Emit) -> List[str]:
    """Resolve as every program here does; report and return the addresses."""
    if is_literal(host):
        facts: Facts = {"resolver": "none", "host": host, "addresses": [host]}
        emit(Evidence("names", host, OK, 0.0, facts, []))
        return [host]
    since = time.monotonic()
    (answer,) = side_by_side([partial(ask_system, host)], SYSTEM_SECONDS)
    found, error = answer if answer is not None else ([], TIMEOUT)
    addresses = [a for a in found if _may_be_told(host, a, target)]
    if found and not addresses:
        error = "EAI_NONAME"
    facts = {
        "resolver": "system",
        "host": host,
        "addresses": addresses,
        "error": error,
        "expected": list(target.addresses),
        "unexpected": [a for a in addresses if a not in target.addresses],
    }
    spent = round(time.monotonic() - since, 4)
    status = FAILED if error else OK
    emit(Evidence("names", host + " @system", status, spent, facts, []))
    return addresses


def _may_be_told(host: str, address: str, target: Target) -> bool:
    """Hide what only this machine's network knows of a name that somebody typed."""
    is_ours = host == clean_host(target.host)
    return is_ours or any(target.allows(address, port) for port in target.ports())


def check_servers(host: str, servers: Sequence[str], emit: Emit) -> List[str]:
    """Ask each name server for each type, report each, return all addresses.

    One that answers nothing is looked for: is there anybody at its address at all?
    """
    if is_literal(host) or is_own_machine(host):  # RFC 6761, 6.3: not theirs to answer
        return []
    calls = [partial(_ask_all, host, server, emit) for server in servers]
    seconds = SERVER_SECONDS + resolvers.WAIT_SECONDS + 0.2
    answers = side_by_side(calls, seconds)
    found = [address for answer in answers for address in answer or ()]
    return sorted(set(found), key=found.index)


def _ask_all(host: str, server: str, emit: Emit) -> List[str]:
    def ask(kind: str) -> Evidence:
        evidence = ask_server(host, kind, server)
        emit(evidence)
        return evidence

    calls = [partial(ask, kind) for kind in ("A", "AAAA")]
    asked = [one for one in side_by_side(calls, SERVER_SECONDS + 0.2) if one]
    if all(one.facts["error"] for one in asked):
        emit(resolvers.check_presence(server))
    return [address for one in asked for address in one.facts["addresses"]]
