"""Evidence as the agent makes it, from what a paste says."""

from typing import List, NamedTuple, Tuple

from diagnostics.checks.configured import clean_host, is_literal
from diagnostics.checks.evidence import FAILED, OK, Endpoint, Evidence, Facts, Target

VANTAGE = "pasted"
NOBODY = Target("", "")


class Place(NamedTuple):
    """Where somebody connected to; the address is empty where the output hides it."""

    host: str
    address: str
    port: int

    def about(
        self,
        check: str,
        status: str,
        facts: Facts,
        lines: Tuple[str, ...] = (),
        seconds: float = 0.0,
    ) -> Evidence:
        """Return evidence about this place."""
        host = clean_host(self.host) or self.address
        if self.address:
            endpoint = Endpoint(host, self.address, self.port)
            found, subject = endpoint.facts(), endpoint.subject
        else:
            subject = "{}:{}".format(host, self.port)
            found = {"address": "", "port": self.port, "family": ""}
        found.update(facts)
        return Evidence(check, subject, status, seconds, found, list(lines))


def known_host(host: str, target: Target) -> str:
    """Return the host as typed, else the one that is asked about."""
    return clean_host(host) or clean_host(target.host)


def resolved(
    host: str, addresses: List[str], error: str, target: Target
) -> List[Evidence]:
    """Return what this machine's own resolver made of a name; nothing for literals."""
    host = clean_host(host)
    if not host or is_literal(host):
        return []
    expected = list(target.addresses) if host == clean_host(target.host) else []
    facts: Facts = {
        "resolver": "system",
        "host": host,
        "addresses": addresses,
        "error": error,
        "expected": expected,
        "unexpected": [one for one in addresses if expected and one not in expected],
    }
    status = FAILED if error else OK
    return [Evidence("names", host + " @system", status, 0.0, facts, [])]
