"""One DNS question to one server or to the resolvers, under the clock of the probe."""

from __future__ import annotations

import errno
import itertools
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver
from dns.message import Message
from dns.rrset import RRset

from cleanmail.wire.replies import printable
from diagnostics.checks.side_by_side import side_by_side
from diagnostics.domain_checks.subject import Subject

# How a question ended. The first four are answers of a server that has the zone.
ANSWER, MISSING, NXDOMAIN, ALIAS = "answer", "missing", "nxdomain", "alias"
REFERRAL, LAME, SERVFAIL = "referral", "lame", "servfail"
TIMEOUT, NETWORK, NO_ROUTE, FORBIDDEN = "timeout", "network", "no-route", "forbidden"
FINAL = frozenset({ANSWER, MISSING, NXDOMAIN, ALIAS})
# Nothing is known: neither that the record is there nor that it is not.
UNANSWERED = frozenset({LAME, SERVFAIL, TIMEOUT, NETWORK, NO_ROUTE, FORBIDDEN})

# What passes without fragments (DNS flag day 2020); larger answers come by TCP.
UDP_PAYLOAD = 1232
TEXT_LIMIT = 4096
QUERIES_LIMIT = 400
_ROUTELESS = {errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one question; `alias` is where a CNAME at the name leads."""

    state: str
    values: tuple[str, ...] = ()
    alias: str = ""
    message: Message | None = None
    is_validated: bool = False


class Asker:
    """Asks for one probe; when its time is up, every question is a timeout."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._resolvers = subject.resolvers or _system_resolvers()
        self._ends_at = time.monotonic() + subject.total_seconds
        self._queries = itertools.count(1)

    def left(self) -> float:
        """Return the seconds that remain."""
        return max(self._ends_at - time.monotonic(), 0.0)

    def ask(self, name: str, kind: str, address: str) -> Reply:
        """Ask a name server for what it has itself; the guard is asked first."""
        if not self._subject.allows(address):
            return Reply(FORBIDDEN)
        return self._exchange(name, kind, address, 0, _read_authoritative)

    def resolve(self, name: str, kind: str, *, validates: bool = True) -> Reply:
        """Ask the resolvers in turn; without `validates` broken signatures pass."""
        flags = dns.flags.RD | dns.flags.AD
        if not validates:
            flags |= dns.flags.CD
        reply = Reply(NETWORK)
        for address in self._resolvers:
            reply = self._exchange(name, kind, address, int(flags), _read_resolved)
            if reply.state in FINAL or reply.state == SERVFAIL:
                return reply
        return reply

    def addresses(self, host: str) -> tuple[str, ...]:
        """Return a few IPv4 and IPv6 addresses of a host, none if there are none."""
        replies = self.at_once(
            [partial(self.resolve, host, kind, validates=False) for kind in _ADDRESSES]
        )
        return tuple(value for reply in replies for value in reply.values[:2])

    def at_once(self, questions: Iterable[Callable[[], Reply]]) -> list[Reply]:
        """Ask side by side; what is not answered in time is a timeout."""
        replies = side_by_side(list(questions), self.left())
        return [reply or Reply(TIMEOUT) for reply in replies]

    def _exchange(
        self,
        name: str,
        kind: str,
        address: str,
        flags: int,
        read: Callable[[Message, dns.name.Name, dns.rdatatype.RdataType], Reply],
    ) -> Reply:
        seconds = min(self.left(), self._subject.query_seconds)
        if seconds <= 0 or next(self._queries) > QUERIES_LIMIT:
            return Reply(TIMEOUT)
        try:
            owner, rdtype = dns.name.from_text(name), dns.rdatatype.from_text(kind)
            message = self._send(owner, rdtype, address, flags, seconds)
            return read(message, owner, rdtype)
        except dns.exception.Timeout:
            return Reply(TIMEOUT)
        except OSError as error:
            return Reply(NO_ROUTE if error.errno in _ROUTELESS else NETWORK)
        except (dns.exception.DNSException, EOFError, ValueError):
            return Reply(NETWORK)

    def _send(
        self,
        owner: dns.name.Name,
        rdtype: dns.rdatatype.RdataType,
        address: str,
        flags: int,
        seconds: float,
    ) -> Message:
        ends_at = time.monotonic() + seconds
        question = dns.message.make_query(
            owner, rdtype, use_edns=0, payload=UDP_PAYLOAD, flags=flags
        )
        message = self._exchange_once(question, address, ends_at)
        if message.rcode() in {dns.rcode.FORMERR, dns.rcode.NOTIMP}:
            plain = dns.message.make_query(owner, rdtype, use_edns=False, flags=flags)
            message = self._exchange_once(plain, address, ends_at)
        return message

    def _exchange_once(
        self, question: Message, address: str, ends_at: float
    ) -> Message:
        seconds = max(ends_at - time.monotonic(), 0.01)
        port = self._subject.port
        try:
            # Forged or broken datagrams are passed over, not believed.
            return dns.query.udp(
                question,
                address,
                timeout=seconds,
                port=port,
                ignore_unexpected=True,
                ignore_errors=True,
                raise_on_truncation=True,
            )
        except dns.message.Truncated:
            seconds = max(ends_at - time.monotonic(), 0.01)
            return dns.query.tcp(question, address, timeout=seconds, port=port)


_ADDRESSES = ("A", "AAAA")


def _system_resolvers() -> tuple[str, ...]:
    try:
        found = dns.resolver.Resolver().nameservers
    except dns.exception.DNSException:
        return ()
    return tuple(str(address) for address in found)


def _read_authoritative(
    message: Message, owner: dns.name.Name, rdtype: dns.rdatatype.RdataType
) -> Reply:
    """Read what a name server says of itself; without the AA bit it is not its own."""
    is_own = bool(message.flags & dns.flags.AA)
    if message.rcode() == dns.rcode.NXDOMAIN and is_own and not message.answer:
        return Reply(NXDOMAIN, message=message)
    if message.rcode() != dns.rcode.NOERROR and not message.answer:
        return Reply(LAME, message=message)
    found = _find(message.answer, owner, rdtype)
    if found is not None and is_own:
        return Reply(ANSWER, _values(found), message=message)
    alias = _find(message.answer, owner, dns.rdatatype.CNAME)
    if alias is not None and is_own:
        return Reply(ALIAS, alias=_values(alias)[0], message=message)
    has_referral = any(rr.rdtype == dns.rdatatype.NS for rr in message.authority)
    if not is_own:
        return Reply(REFERRAL if has_referral else LAME, message=message)
    return Reply(MISSING, message=message)


def _read_resolved(
    message: Message, owner: dns.name.Name, rdtype: dns.rdatatype.RdataType
) -> Reply:
    """Read a resolver's answer, its chain of aliases followed to the end."""
    validated = bool(message.flags & dns.flags.AD)
    if message.rcode() not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
        is_servfail = message.rcode() == dns.rcode.SERVFAIL
        return Reply(SERVFAIL if is_servfail else NETWORK)
    alias = ""
    for _step in range(16):
        found = _find(message.answer, owner, rdtype)
        if found is not None:
            return Reply(ANSWER, _values(found), alias, message, validated)
        link = _find(message.answer, owner, dns.rdatatype.CNAME)
        if link is None:
            break
        alias = _values(link)[0]
        owner = link[0].target
    else:
        return Reply(SERVFAIL)  # aliases in a ring
    is_missing = message.rcode() == dns.rcode.NXDOMAIN
    return Reply(NXDOMAIN if is_missing else MISSING, (), alias, message, validated)


def _find(
    section: list[RRset], owner: dns.name.Name, rdtype: dns.rdatatype.RdataType
) -> RRset | None:
    for rrset in section:
        if rrset.name == owner and rrset.rdtype == rdtype and len(rrset):
            return rrset
    return None


def _values(rrset: RRset) -> tuple[str, ...]:
    return tuple(sorted(_value(rdata, rrset.rdtype) for rdata in rrset))


def _value(rdata: object, rdtype: dns.rdatatype.RdataType) -> str:
    if rdtype == dns.rdatatype.TXT:
        return printable(b"".join(rdata.strings))[:TEXT_LIMIT]  # type: ignore[attr-defined]  # dnspython types rdata by kind at run time
    if rdtype == dns.rdatatype.MX:
        return f"{rdata.preference} {plain_name(rdata.exchange)}"  # type: ignore[attr-defined]  # the same
    if rdtype in {dns.rdatatype.NS, dns.rdatatype.CNAME}:
        return plain_name(rdata.target)  # type: ignore[attr-defined]  # the same
    if rdtype == dns.rdatatype.SOA:
        return str(rdata.serial)  # type: ignore[attr-defined]  # the same
    return printable(str(rdata).encode())[:TEXT_LIMIT]


def plain_name(name: dns.name.Name) -> str:
    """Return a name in lower case without the last dot; the root is "."."""
    return printable(name.to_text(omit_final_dot=True).lower().encode()) or "."
