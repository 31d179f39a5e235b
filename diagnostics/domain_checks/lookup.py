"""A domain's records from its own name servers; what they point to, from resolvers."""

from __future__ import annotations

from dataclasses import dataclass

from diagnostics.domain_checks.asking import (
    ALIAS,
    FINAL,
    REFERRAL,
    TIMEOUT,
    Asker,
    Reply,
)

TRIES = 3


@dataclass(frozen=True, slots=True)
class Lookup:
    """Where to ask: the name servers that answer for the zone."""

    asker: Asker
    addresses: tuple[str, ...]

    def own(self, name: str, kind: str) -> Reply:
        """Ask the zone's servers; an alias or a zone below is left to the resolvers."""
        reply = Reply(TIMEOUT)
        for address in self.addresses[:TRIES]:
            reply = self.asker.ask(name, kind, address)
            if reply.state in FINAL or reply.state == REFERRAL:
                break
        if reply.state in {ALIAS, REFERRAL}:
            found = self.asker.resolve(name, kind, validates=False)
            alias = reply.alias or found.alias
            return Reply(found.state, found.values, alias, found.message)
        return reply

    def other(self, name: str, kind: str) -> Reply:
        """Ask the resolvers; broken signatures pass, they are told elsewhere."""
        return self.asker.resolve(name, kind, validates=False)
