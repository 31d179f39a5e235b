"""Which name servers have a domain: asked from above, as every resolver does."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import dns.name
import dns.rdatatype
from dns.message import Message

from diagnostics.checks.side_by_side import side_by_side
from diagnostics.domain_checks.asking import (
    ANSWER,
    FINAL,
    NXDOMAIN,
    REFERRAL,
    SERVFAIL,
    Asker,
    Reply,
    plain_name,
)

FOUND, UNKNOWN = "found", "unknown"
STEPS_LIMIT = 8
# As many as the root has; what stands beyond is listed and not asked.
SERVERS_LIMIT = 13


@dataclass(frozen=True, slots=True)
class NameServer:
    """A server that a zone is delegated to."""

    name: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Zone:
    """The zone in which a domain stands; `is_signed` says whether there is a DS.

    `names` are all servers it is delegated to, `servers` those that are asked.
    """

    name: str
    state: str
    servers: tuple[NameServer, ...] = ()
    is_signed: bool | None = None
    names: tuple[str, ...] = ()

    def addresses(self) -> list[str]:
        """Return the addresses, a first one of each server before any second."""
        ranked = [
            (place, address)
            for server in self.servers
            for place, address in enumerate(server.addresses)
        ]
        return list(dict.fromkeys(a for _place, a in sorted(ranked, key=_place_of)))


def _place_of(ranked: tuple[int, str]) -> int:
    return ranked[0]


def find_zone(asker: Asker, domain: str) -> Zone:
    """Walk down from the nearest zone above that the resolvers know.

    The zone above says who has the domain, whatever the domain's own servers say.
    """
    zone = _nearest_above(asker, domain)
    for step in range(STEPS_LIMIT):
        if zone is None:
            break
        reply = _ask_any(asker, zone, domain)
        if reply.state == NXDOMAIN:
            return Zone(domain, NXDOMAIN, zone.servers)
        if reply.state == ANSWER:  # the zone above lies on the same servers
            return _delegated(asker, zone, domain, reply.values, {})
        below = _next_zone(asker, zone, domain, reply)
        if below is None:
            is_known = step > 0 or reply.state in FINAL
            return zone if is_known else Zone(domain, UNKNOWN)
        zone = below
        if zone.name == domain:
            return zone
    return Zone(domain, UNKNOWN)


def _nearest_above(asker: Asker, domain: str) -> Zone | None:
    labels = domain.split(".")
    for place in range(1, len(labels) + 1):
        name = ".".join(labels[place:]) or "."
        reply = asker.resolve(name, "NS")
        if reply.state == SERVFAIL:
            reply = asker.resolve(name, "NS", validates=False)
        if reply.state == ANSWER and not reply.alias:
            servers = _locate(asker, reply.values[:4], {})
            return Zone(name, FOUND, servers, names=reply.values)
    return None


def _ask_any(asker: Asker, zone: Zone, domain: str) -> Reply:
    """Return the first answer or referral that any of a few servers gives."""
    reply = Reply(UNKNOWN)
    addresses = zone.addresses()
    for pair in (addresses[:2], addresses[2:4], addresses[4:6]):
        questions = [partial(asker.ask, domain, "NS", address) for address in pair]
        for reply in asker.at_once(questions):
            if reply.state in FINAL or reply.state == REFERRAL:
                return reply
    return reply


def _next_zone(asker: Asker, zone: Zone, domain: str, reply: Reply) -> Zone | None:
    if reply.state != REFERRAL or reply.message is None:
        return None
    wanted, above = dns.name.from_text(domain), dns.name.from_text(zone.name)
    for rrset in reply.message.authority:
        leads_down = rrset.name != above and rrset.name.is_subdomain(above)
        if rrset.rdtype == dns.rdatatype.NS and leads_down:
            if not wanted.is_subdomain(rrset.name):
                continue
            names = tuple(sorted(plain_name(rdata.target) for rdata in rrset))
            glue = _glue(reply.message, above)
            return _delegated(asker, zone, plain_name(rrset.name), names, glue)
    return None


def _delegated(
    asker: Asker,
    above: Zone,
    name: str,
    names: tuple[str, ...],
    glue: dict[str, tuple[str, ...]],
) -> Zone:
    signed: bool | None = None
    for address in above.addresses()[:3]:
        reply = asker.ask(name, "DS", address)
        if reply.state in FINAL:
            signed = reply.state == ANSWER
            break
    servers = _locate(asker, names[:SERVERS_LIMIT], glue)
    return Zone(name, FOUND, servers, signed, names)


def _glue(message: Message, above: dns.name.Name) -> dict[str, tuple[str, ...]]:
    """Return the additional addresses, of names the server may speak of."""
    found: dict[str, tuple[str, ...]] = {}
    for rrset in message.additional:
        is_address = rrset.rdtype in {dns.rdatatype.A, dns.rdatatype.AAAA}
        if is_address and rrset.name.is_subdomain(above):
            name = plain_name(rrset.name)
            here = tuple(rdata.address for rdata in rrset)
            found[name] = found.get(name, ()) + here
    return found


def _locate(
    asker: Asker, names: tuple[str, ...], glue: dict[str, tuple[str, ...]]
) -> tuple[NameServer, ...]:
    unknown = [name for name in names if name not in glue]
    calls = [partial(asker.addresses, name) for name in unknown]
    found = dict(zip(unknown, side_by_side(calls, asker.left()), strict=True))
    return tuple(
        NameServer(name, _pick(glue.get(name) or found.get(name) or ()))
        for name in names
    )


def _pick(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Return what is asked of a server: two IPv4 addresses and one of IPv6."""
    old = tuple(address for address in addresses if ":" not in address)
    new = tuple(address for address in addresses if ":" in address)
    return old[:2] + new[:1]
