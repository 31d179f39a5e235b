"""What one end knows and another can be judged by: names, addresses, certificate."""

from typing import Dict, List, Sequence, Set, Tuple

from diagnostics.checks.configured import (
    TYPO_DISTANCE,
    clean_host,
    compare_host,
    edit_distance,
)
from diagnostics.checks.evidence import Evidence, Facts
from diagnostics.verdicts.scene import SERVER

# Hosts and addresses of the scanner, and the certificates that it showed to us.
Known = Tuple[List[str], List[str], Set[str]]


def scanner_of(evidence: Sequence[Evidence]) -> Known:
    """Return what the portal's own check knows of the scanner."""
    hosts: List[str] = []
    addresses: List[str] = []
    pins = set()
    for item in evidence:
        facts = item.facts
        if item.check == "configured":
            hosts += [*facts.get("known_hosts", ()), str(facts.get("target") or "")]
            addresses += facts.get("addresses", ())
        if item.check == "tcp" and item.status == "ok":
            addresses.append(str(facts.get("address")))
        if item.check == "certificate" and facts.get("sha256"):
            pins.add(str(facts["sha256"]))
    named = [clean_host(host) for host in hosts if host]
    return _once(named), _once(addresses), pins


def lend(evidence: Sequence[Evidence], known: Known, vantage: str) -> List[Evidence]:
    """Complete what an end could not know by what the portal does."""
    hosts, addresses, pins = known
    if vantage == SERVER or not (hosts or pins):
        return list(evidence)
    lent = []
    for item in evidence:
        facts: Facts = dict(item.facts)
        if item.check == "configured":
            _lend_names(facts, hosts, addresses)
        if item.check == "names" and addresses and not facts.get("expected"):
            facts["expected"] = addresses
        if item.check == "certificate" and pins and facts.get("sha256"):
            facts["pin_matches"] = facts["sha256"] in pins
        lent.append(item._replace(facts=facts))
    return lent


def _lend_names(facts: Facts, hosts: List[str], addresses: List[str]) -> None:
    """Hold the configured host against the scanner's names, if nobody has."""
    if facts.get("known_hosts") or not hosts:
        return
    facts["known_hosts"] = hosts
    facts["addresses"] = list(facts.get("addresses") or addresses)
    host = str(facts.get("host") or "")
    if host:
        facts["relation"] = compare_host(host, hosts, facts["addresses"])


def _once(values: List[str]) -> List[str]:
    seen: Dict[str, bool] = dict.fromkeys(values, True)
    return list(seen)


def relation_of(facts: Facts, known: Known) -> str:
    """Say whether host and address in an error line are the scanner's.

    `ours`, `address` (our name, another address), `typo`, `parent` (our domain alone),
    `sibling` (another host of it), `other`; empty where nothing is known.
    """
    hosts, addresses, _pins = known
    host, address = clean_host(str(facts.get("host") or "")), facts.get("address")
    if not hosts or not (host or address):
        return ""
    if not host or host == address:
        return "ours" if address in addresses else "address"
    if host in hosts:
        return (
            "address" if address and addresses and address not in addresses else "ours"
        )
    domains = {name.split(".", 1)[-1] for name in hosts}
    if host in domains:
        return "parent"
    if min(edit_distance(host, name) for name in hosts) < TYPO_DISTANCE:
        return "typo"
    return "sibling" if host.split(".", 1)[-1] in domains else "other"
