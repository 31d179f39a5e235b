"""What one command of a paste tells of another: addresses, names that lead nowhere."""

from typing import Dict, List, Set

from diagnostics.checks.configured import clean_host
from diagnostics.checks.evidence import FAILED, SKIPPED, Endpoint, Evidence
from diagnostics.checks.wording import UNSAID
from diagnostics.pasted.text import LIST_LIMIT

UNRESOLVED = "unresolved"


def complete(found: List[Evidence]) -> List[Evidence]:
    """Give an endpoint that Windows named without address the one the name has.

    A connection to a name that nobody could resolve was never tried: that port says
    nothing.
    """
    known: Dict[str, Set[str]] = {}
    for item in found:
        if item.check == "names":
            addresses = known.setdefault(str(item.facts.get("host", "")), set())
            addresses.update(item.facts.get("addresses", ())[:LIST_LIMIT])
    return [_completed(item, known) for item in found]


def _completed(item: Evidence, known: Dict[str, Set[str]]) -> Evidence:
    if item.facts.get("address") != "" or "port" not in item.facts:
        return item
    host = clean_host(item.subject.rpartition(":")[0])
    addresses = known.get(host)
    if addresses is None:
        return item
    if not addresses and item.status == FAILED and item.facts.get("error") == UNSAID:
        facts = dict(item.facts, error=UNRESOLVED)
        return item._replace(status=SKIPPED, facts=facts)
    if len(addresses) != 1:
        return item
    endpoint = Endpoint(host, next(iter(addresses)), int(item.facts["port"]))
    facts = dict(item.facts, **endpoint.facts())
    return item._replace(subject=endpoint.subject, facts=facts)
