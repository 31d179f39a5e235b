"""What the customer's server is set to, held against what the scanner is."""

import ipaddress
from typing import List

from diagnostics.checks.evidence import FAILED, OK, SKIPPED, Evidence, Facts, Target

# Fewer wrong characters than this are a slip of the hand, not another host.
TYPO_DISTANCE = 3

HOST_OK = "same"
HOST_TYPO = "typo"
HOST_OTHER = "other"
HOST_LITERAL = "address"
HOST_OLD_LITERAL = "old-address"
HOST_UNKNOWN = "unknown"


def edit_distance(left: str, right: str) -> int:
    """Count insertions, deletions, replacements and swaps of neighbours."""
    rows = [list(range(len(right) + 1))]
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            cost = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]


def is_literal(host: str) -> bool:
    """Say whether the host is an IP address, bracketed or bare."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def is_own_machine(host: str) -> bool:
    """Say whether the name means this machine, so that no name server knows it."""
    return clean_host(host).split(".")[-1] == "localhost"


def clean_host(host: str) -> str:
    """Return the name as resolvers compare it."""
    return host.strip().strip("[]").rstrip(".").lower()


def compare_host(configured: str, known: List[str], addresses: List[str]) -> str:
    """Return how the configured host relates to the scanner's names."""
    host = clean_host(configured)
    if host in known:
        return HOST_OK
    if is_literal(host):
        same = not addresses or host in addresses
        return HOST_LITERAL if same else HOST_OLD_LITERAL
    if not host or not known:
        return HOST_UNKNOWN
    nearest = min(edit_distance(host, name) for name in known)
    return HOST_TYPO if nearest < TYPO_DISTANCE else HOST_OTHER


def check_configured(target: Target) -> Evidence:
    """Compare host and ports as typed with the scanner's; nothing is sent."""
    known = [clean_host(name) for name in target.known_hosts]
    relation = compare_host(target.configured_host, known, list(target.addresses))
    foreign = [p for p in target.configured_ports if p not in target.known_ports]
    facts: Facts = {
        "target": clean_host(target.host),
        "host": clean_host(target.configured_host),
        "ports": list(target.configured_ports),
        "known_hosts": known,
        "known_ports": list(target.known_ports),
        "addresses": list(target.addresses),
        "relation": relation,
        "unknown_ports": foreign,
    }
    if not target.configured_host and not target.configured_ports:
        status = SKIPPED
    elif relation in (HOST_TYPO, HOST_OTHER, HOST_OLD_LITERAL):
        status = FAILED
    else:
        status = OK
    ports = ",".join(str(port) for port in target.configured_ports)
    subject = "{}:{}".format(clean_host(target.configured_host), ports).strip(":")
    return Evidence("configured", subject or target.host, status, 0.0, facts, [])
