"""What the domain tells others to do with mail that is not its own (RFC 7489)."""

from __future__ import annotations

import re

from diagnostics.checks.evidence import Facts
from diagnostics.domain_checks.asking import ANSWER
from diagnostics.domain_checks.lookup import Lookup
from diagnostics.domain_checks.subject import Subject, record
from diagnostics.domain_checks.tags import read_tags

VERSION = re.compile(r"v\s*=\s*DMARC1\s*(;|\Z)")
POLICIES = ("none", "quarantine", "reject")
LEVELS_LIMIT = 4
# The tag itself, not sp= of domains below.
WATCHING = re.compile(r"\bp\s*=\s*none\b", re.IGNORECASE)


def check_dmarc(lookup: Lookup, subject: Subject) -> Facts:
    """Read the policy; without one of its own, that of a domain above holds."""
    name = f"_dmarc.{subject.domain}"
    reply = lookup.own(name, "TXT")
    found = [text for text in reply.values if VERSION.match(text)]
    near = [text for text in reply.values if text not in found]
    above, inherited = "", ""
    if not found and reply.state not in {"timeout", "network"}:
        above, inherited = _look_above(lookup, subject.domain)
    told = read_tags((found or [inherited])[0]) if found or inherited else []
    tags = dict(told or [])
    policy = tags.get("sp" if inherited and "sp" in tags else "p", "").lower()
    value = f"v=DMARC1; p=none; rua=mailto:postmaster@{subject.domain}"
    if len(found) == 1 and policy == "none":
        value = WATCHING.sub("p=quarantine", found[0], count=1)
    return {
        "state": reply.state,
        "found": found[:5] or ([inherited] if inherited else []),
        "near": near[:3],
        "expected": "v=DMARC1; p=quarantine",
        "record": record(name, "TXT", value),
        "inherited_from": above,
        "policy": policy,
        "is_sound": told is not None and policy in POLICIES,
        "has_reports": bool(tags.get("rua")),
    }


def _look_above(lookup: Lookup, domain: str) -> tuple[str, str]:
    """Return the nearest domain above that has a policy, and the policy."""
    labels = domain.split(".")[1:]
    for place in range(min(len(labels) - 1, LEVELS_LIMIT)):
        name = ".".join(labels[place:])
        reply = lookup.other(f"_dmarc.{name}", "TXT")
        found = [text for text in reply.values if VERSION.match(text)]
        if reply.state == ANSWER and len(found) == 1:
            return name, found[0]
    return "", ""
