"""Whether all name servers of a zone answer, alike, and with right signatures."""

from __future__ import annotations

from functools import partial

from diagnostics.checks.evidence import Facts
from diagnostics.domain_checks.asking import (
    ANSWER,
    FINAL,
    SERVFAIL,
    Asker,
    Reply,
)
from diagnostics.domain_checks.zones import FOUND, NameServer, Zone

# What is kept of an answer that lists a thousand.
LISTED = 20
GOOD, NO_ADDRESS = "good", "no-address"
UNSIGNED, VALIDATED, BROKEN, UNCHECKED = "unsigned", "validated", "broken", "unchecked"


def check_delegation(asker: Asker, zone: Zone, domain: str) -> Facts:
    """Ask every name server for the start of the zone and its own list of servers."""
    facts: Facts = {
        "zone": zone.name,
        "state": zone.state,
        "found": list(zone.names[:LISTED]),
        "expected": "",
        "record": None,
        "servers": [],
        "dnssec": UNCHECKED,
    }
    if zone.state != FOUND:
        return facts
    facts["servers"] = _ask_all(asker, zone, domain)
    if good_addresses(facts):
        facts["dnssec"] = _dnssec(asker, zone)
    return facts


def good_addresses(facts: Facts) -> list[str]:
    """Return the addresses of the servers that answer for the zone."""
    return [one["address"] for one in facts["servers"] if one["state"] == GOOD]


def _ask_all(asker: Asker, zone: Zone, domain: str) -> list[Facts]:
    places: list[tuple[NameServer, str]] = [
        (server, address) for server in zone.servers for address in server.addresses
    ]
    questions = [
        partial(asker.ask, name, kind, address)
        for _server, address in places
        for name, kind in ((zone.name, "SOA"), (zone.name, "NS"), (domain, "MX"))
    ]
    replies = asker.at_once(questions)
    found = [
        _describe(server, address, *replies[3 * at : 3 * at + 3])
        for at, (server, address) in enumerate(places)
    ]
    found += [
        {"name": server.name, "address": "", "state": NO_ADDRESS}
        for server in zone.servers
        if not server.addresses
    ]
    return found


def _describe(
    server: NameServer, address: str, start: Reply, names: Reply, mx: Reply
) -> Facts:
    return {
        "name": server.name,
        "address": address,
        "state": GOOD if start.state == ANSWER else _bad(start),
        "serial": start.values[0] if start.values else "",
        "ns": list(names.values[:LISTED]),
        "mx": list(mx.values[:LISTED]),
    }


def _bad(start: Reply) -> str:
    """Name what is wrong: who answers and yet has no such zone is lame."""
    return "lame" if start.state in FINAL or start.state == "referral" else start.state


def _dnssec(asker: Asker, zone: Zone) -> str:
    """Compare what a validating resolver says with what it hears.

    Name servers that answer while the resolver fails, and no longer fails once told not
    to check: the signatures are wrong (RFC 4035 section 5.5).
    """
    checked = asker.resolve(zone.name, "SOA")
    if checked.state == SERVFAIL:
        unchecked = asker.resolve(zone.name, "SOA", validates=False)
        return BROKEN if unchecked.state == ANSWER else UNCHECKED
    if zone.is_signed is False:
        return UNSIGNED
    if checked.state == ANSWER and checked.is_validated:
        return VALIDATED
    return UNCHECKED
