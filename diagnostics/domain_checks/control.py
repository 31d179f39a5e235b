"""Whether the record that proves control stands at the domain's own name servers."""

from __future__ import annotations

from functools import partial

from diagnostics.checks.evidence import Facts
from diagnostics.domain_checks.asking import ALIAS, FINAL, NXDOMAIN, Asker, Reply
from diagnostics.domain_checks.delegation import BROKEN, good_addresses
from diagnostics.domain_checks.subject import Subject, record

SHOWN = 300
HOLDS, OTHER, ABSENT, ALIASED = "holds", "other", "absent", "alias"


def check_control(asker: Asker, subject: Subject, delegation: Facts) -> Facts:
    """Ask every name server that answers for the zone, and no resolver.

    One of them alone proves nothing: a name server that somebody else took over could
    speak for a domain that is not theirs.
    """
    addresses = good_addresses(delegation)
    questions = [
        partial(asker.ask, subject.control_name, "TXT", address)
        for address in addresses
    ]
    replies = asker.at_once(questions)
    texts = {value for reply in replies for value in reply.values}
    return {
        "found": [text[:SHOWN] for text in sorted(texts)[:10]],
        "expected": subject.control_value,
        "record": record(subject.control_name, "TXT", subject.control_value),
        "is_vouched": subject.is_vouched,
        "is_delegated": delegation["state"] != NXDOMAIN,
        "is_bogus": delegation["dnssec"] == BROKEN,
        "answers": [
            {"address": address, "state": _state(reply, subject), "alias": reply.alias}
            for address, reply in zip(addresses, replies, strict=True)
        ],
    }


def _state(reply: Reply, subject: Subject) -> str:
    if reply.state not in FINAL:
        return reply.state
    if reply.state == ALIAS:
        return ALIASED
    # Blanks at the ends are a slip of copying, not another proof.
    if subject.control_value in {value.strip() for value in reply.values}:
        return HOLDS
    return OTHER if reply.values else ABSENT
