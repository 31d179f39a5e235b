"""All checks of a domain's records, reported in the caller's thread as they come."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from diagnostics.checks.evidence import Emit, Evidence, Facts
from diagnostics.checks.side_by_side import Running
from diagnostics.domain_checks.asking import Asker
from diagnostics.domain_checks.control import check_control
from diagnostics.domain_checks.delegation import check_delegation, good_addresses
from diagnostics.domain_checks.dkim import check_dkim
from diagnostics.domain_checks.dmarc import check_dmarc
from diagnostics.domain_checks.exchangers import check_exchangers
from diagnostics.domain_checks.lookup import Lookup
from diagnostics.domain_checks.spf import check_spf
from diagnostics.domain_checks.subject import Subject
from diagnostics.domain_checks.zones import find_zone
from diagnostics.domain_rules import status_of

LATE: Facts = {"found": [], "expected": "", "record": None, "state": "timeout"}


def run_domain_checks(subject: Subject, on_evidence: Emit) -> list[Evidence]:
    """Run every check; what `on_evidence` raises ends the run."""
    asker = Asker(subject)
    found: list[Evidence] = []

    def report(check: str, since: float, facts: Facts) -> Facts:
        spent = round(time.monotonic() - since, 4)
        status = status_of(check, facts)
        item = Evidence(check, subject.domain, status, spent, facts, [])
        found.append(item)
        on_evidence(item)
        return facts

    since = time.monotonic()
    zone = find_zone(asker, subject.domain)
    delegation = report(
        "dns-delegation", since, check_delegation(asker, zone, subject.domain)
    )
    since = time.monotonic()
    report("dns-control", since, check_control(asker, subject, delegation))
    lookup = Lookup(asker, tuple(good_addresses(delegation)))
    since = time.monotonic()
    for check, running in _start_others(lookup, subject):
        report(check, since, running.result(asker.left() + 0.5) or dict(LATE))
    return found


def _start_others(lookup: Lookup, subject: Subject) -> list[tuple[str, Running[Facts]]]:
    calls: dict[str, Callable[[Lookup, Subject], Facts]] = {
        "dns-mx": check_exchangers,
        "dns-spf": check_spf,
        "dns-dkim": check_dkim,
        "dns-dmarc": check_dmarc,
    }
    return [
        (check, Running(partial(call, lookup, subject)))
        for check, call in calls.items()
    ]
