"""The demo's DNS: resolver and name server in one, for names under example."""

from __future__ import annotations

import asyncio
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
from dns.message import Message, QueryMessage
from dns.rrset import RRset

TTL_SECONDS = 60
TOP = dns.name.from_text("example.")
# What a look at the demo's domains shall find: one in order, one half set up.
RECORDS = """\
; The demo's DNS. Change it while the demo runs: it is read again for each question.
; Add a domain under example in the portal, then its NS, SOA and TXT records here.
example. SOA ns.example. root.example. 1 3600 600 86400 60
example. NS ns.example.
ns.example. A 127.0.0.1
mx1.cleanmail.example. A 127.0.0.1
mx2.cleanmail.example. A 127.0.0.1
_spf.cleanmail.example. TXT "v=spf1 ip4:192.0.2.0/24 -all"

muster.example. SOA ns.example. root.example. 1 3600 600 86400 60
muster.example. NS ns.example.
muster.example. MX 10 mx1.cleanmail.example.
muster.example. MX 20 mx2.cleanmail.example.
muster.example. TXT "v=spf1 ip4:198.51.100.7 ~all"
_dmarc.muster.example. TXT "v=DMARC1; p=none; rua=mailto:admin@muster.example"

fremd.example. SOA ns.example. root.example. 1 3600 600 86400 60
fremd.example. NS ns.example.
fremd.example. MX 10 mx1.cleanmail.example.
fremd.example. MX 20 mx2.cleanmail.example.
fremd.example. TXT "v=spf1 include:_spf.cleanmail.example -all"
_dmarc.fremd.example. TXT "v=DMARC1; p=reject"
"""


def write_records(path: Path) -> None:
    """Write the records once; what people have changed there stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_text(RECORDS)


def read_records(text: str) -> list[RRset]:
    """Return the records, those of one name and type together.

    One a line: name, type, value. dnspython's own reader takes no SOA but the first.
    """
    values: dict[tuple[str, str], list[str]] = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith(";"):
            name, kind, value = line.split(None, 2)
            values.setdefault((name.lower(), kind), []).append(value)
    return [
        dns.rrset.from_text(name, TTL_SECONDS, "IN", kind, *found)
        for (name, kind), found in values.items()
    ]


def answer(question: Message, rrsets: list[RRset]) -> QueryMessage:
    """Answer from the records; what is not under example, nobody here knows."""
    reply = dns.message.make_response(question, recursion_available=True)
    assert isinstance(reply, QueryMessage)  # noqa: S101 - what queries lead to
    asked = question.question[0]
    if not asked.name.is_subdomain(TOP):
        reply.set_rcode(dns.rcode.SERVFAIL)
        return reply
    reply.flags |= dns.flags.AA
    reply.answer = [
        rrset
        for rrset in rrsets
        if rrset.name == asked.name and rrset.rdtype == asked.rdtype
    ]
    if not any(rrset.name.is_subdomain(asked.name) for rrset in rrsets):
        reply.set_rcode(dns.rcode.NXDOMAIN)
    if not reply.answer:
        starts = (item for item in rrsets if item.rdtype == dns.rdatatype.SOA)
        reply.authority = [item for item in starts if item.name == TOP]
    return reply


class NameServer(asyncio.DatagramProtocol):
    """Answers datagrams; silent to what is no question, as to a mistake in the file."""

    transport: asyncio.DatagramTransport

    def __init__(self, records: Path) -> None:
        self.records = records

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self.transport = transport  # type: ignore[assignment]  # of datagrams

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer one question."""
        try:
            question = dns.message.from_wire(data)
            rrsets = read_records(self.records.read_text())
            reply = answer(question, rrsets).to_wire()
        except (dns.exception.DNSException, OSError, ValueError, IndexError):
            return
        self.transport.sendto(reply, addr)


async def serve_names(port: int, records: Path) -> asyncio.DatagramTransport:
    """Listen on loopback."""
    write_records(records)
    loop = asyncio.get_running_loop()
    transport, _protocol = await loop.create_datagram_endpoint(
        lambda: NameServer(records), local_addr=("127.0.0.1", port)
    )
    return transport
