"""Where the domain's MX records lead."""

from __future__ import annotations

from functools import partial

from diagnostics.checks.evidence import Facts
from diagnostics.checks.side_by_side import side_by_side
from diagnostics.domain_checks.lookup import Lookup
from diagnostics.domain_checks.subject import Subject, record

NULL_MX = "0 ."
EXCHANGERS_LIMIT = 10


def check_exchangers(lookup: Lookup, subject: Subject) -> Facts:
    """Read the MX records in order of preference, and where foreign names lead."""
    reply = lookup.own(subject.domain, "MX")
    found = sorted(reply.values, key=_preference)[:EXCHANGERS_LIMIT]
    wanted = [name.rstrip(".").lower() for name in subject.mail_exchangers]
    records = [
        record(subject.domain, "MX", f"{10 * place} {name}.")
        for place, name in enumerate(wanted, start=1)
    ]
    hosts = [value.partition(" ")[2] for value in found]
    foreign = [host for host in hosts if wanted and host not in wanted and host != "."]
    return {
        "state": reply.state,
        "alias": reply.alias,
        "found": found,
        "expected": ", ".join(wanted),
        "record": records[0] if records else None,
        "records": records,
        "exchangers": wanted,
        "foreign": _foreign(lookup, foreign, wanted),
    }


def _preference(value: str) -> tuple[int, str]:
    preference, _space, host = value.partition(" ")
    return int(preference), host


def _foreign(lookup: Lookup, hosts: list[str], wanted: list[str]) -> list[Facts]:
    """Tell names of somebody else from the customer's own names for our servers."""
    if not hosts:
        return []
    ours = {
        address for found in _resolve(lookup, wanted) for address in found["addresses"]
    }
    shown = _resolve(lookup, hosts)
    for found in shown:
        theirs = found.pop("addresses")
        found["is_alias_of_ours"] = found["alias"] in wanted
        found["is_our_address"] = bool(theirs) and set(theirs) <= ours
    return shown


def _resolve(lookup: Lookup, hosts: list[str]) -> list[Facts]:
    calls = [partial(_locate, lookup, host) for host in hosts]
    found = side_by_side(calls, lookup.asker.left())
    empty: Facts = {"alias": "", "addresses": []}
    return [
        answer or {"host": host, **empty}
        for host, answer in zip(hosts, found, strict=True)
    ]


def _locate(lookup: Lookup, host: str) -> Facts:
    first = lookup.other(host, "A")
    second = lookup.other(host, "AAAA")
    return {
        "host": host,
        "alias": first.alias or second.alias,
        "addresses": [*first.values, *second.values],
    }
