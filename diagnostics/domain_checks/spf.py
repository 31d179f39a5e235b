"""Whom the domain's SPF record lets send (RFC 7208)."""

from __future__ import annotations

import ipaddress
import re

from diagnostics.checks.evidence import Facts
from diagnostics.domain_checks.asking import ANSWER, FINAL, Reply
from diagnostics.domain_checks.lookup import Lookup
from diagnostics.domain_checks.subject import Subject, record

VERSION = "v=spf1"
# RFC 7208 section 4.6.4: more terms that ask the DNS end in an error.
LOOKUPS_LIMIT = 10
# Where counting ends: a record that is far over the limit is followed no further.
COUNT_LIMIT = 25
TERM = re.compile(
    r"(?P<qualifier>[+?~-]?)(?P<name>[a-z][a-z0-9_.-]*)"
    r"(?P<rest>[:=/].*)?\Z",
    re.IGNORECASE,
)
MECHANISMS = {"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"}
ASKING = {"include", "a", "mx", "ptr", "exists"}


def check_spf(lookup: Lookup, subject: Subject) -> Facts:
    """Read the record and all that it includes, as a receiving server would."""
    reply = lookup.own(subject.domain, "TXT")
    found = [text for text in reply.values if is_spf(text)]
    include = subject.spf_include.rstrip(".").lower()
    walk = _Walk(lookup, include)
    if len(found) == 1:
        walk.follow(subject.domain, found[0])
    value = suggest(found[0] if len(found) == 1 else "", include, has=walk.has_include)
    return {
        "state": reply.state,
        "found": found[:5],
        "expected": f"include:{include}" if include else "",
        "record": record(subject.domain, "TXT", value) if include else None,
        "has_include": walk.has_include,
        "sends_through_us": subject.sends_through_us,
        "lookups": walk.lookups,
        "broken": walk.broken[:5],
        "bad_terms": walk.bad_terms[:5],
        "unanswered": walk.unanswered[:5],
        "all": _all(found[0]) if len(found) == 1 else "",
    }


def is_spf(text: str) -> bool:
    """Say whether a TXT record is an SPF record (section 4.5)."""
    return text.lower() == VERSION or text.lower().startswith(VERSION + " ")


def suggest(current: str, include: str, *, has: bool) -> str:
    """Return the record to publish: the present one with our include before the end.

    Whoever lets everybody send is told to end softly instead; other ends stay.
    """
    terms = current.split()[1:]
    ends = [term for term in terms if _name_of(term) in {"all", "redirect"}]
    kept = [term for term in terms if term not in ends]
    if include and not has:
        kept.append(f"include:{include}")
    # Nobody knows who else sends for the domain: a new record rejects nothing yet.
    end = ends[0] if ends else "~all"
    if end.lower().lstrip("+?") == "all":
        end = "~all"
    return " ".join([VERSION, *kept, end])


def _name_of(term: str) -> str:
    matched = TERM.match(term)
    return matched["name"].lower() if matched else ""


def _all(text: str) -> str:
    """Return how the record ends: the qualifier of all, "redirect", or ""."""
    for term in text.split()[1:]:
        matched = TERM.match(term)
        if matched and matched["name"].lower() == "all":
            return matched["qualifier"] or "+"
    names = [_name_of(term) for term in text.split()[1:]]
    return "redirect" if "redirect" in names else ""


class _Walk:
    """The walk through a record and what it includes; each name is read once."""

    def __init__(self, lookup: Lookup, include: str) -> None:
        self._lookup = lookup
        self._include = include
        self.has_include = False
        self.lookups = 0
        self.broken: list[str] = []
        self.bad_terms: list[str] = []
        self.unanswered: list[str] = []
        self._above: list[str] = []

    def follow(self, name: str, text: str) -> None:
        """Count the terms of a record and follow what it includes."""
        self._above.append(name)
        for term in text.split()[1:]:
            matched = TERM.match(term)
            if matched is None or not _is_sound(matched):
                self.bad_terms.append(term[:100])
                continue
            self._count(matched)
        self._above.pop()

    def _count(self, matched: re.Match[str]) -> None:
        name, target = matched["name"].lower(), (matched["rest"] or "")[1:].lower()
        if name in ASKING or name == "redirect":
            self.lookups += 1
        if name not in {"include", "redirect"}:
            return
        target = target.rstrip(".")
        if target == self._include and matched["qualifier"] in {"", "+"}:
            self.has_include = True
        if "%" in target or self.lookups > COUNT_LIMIT:
            return
        if target in self._above:
            self.broken.append(target)  # includes itself without end
            return
        reply = self._lookup.other(target, "TXT")
        self._read(target, reply)

    def _read(self, target: str, reply: Reply) -> None:
        if reply.state not in FINAL:
            self.unanswered.append(target)
            return
        found = [text for text in reply.values if is_spf(text)]
        if reply.state != ANSWER or len(found) != 1:
            self.broken.append(target)
            return
        self.follow(target, found[0])


def _is_sound(matched: re.Match[str]) -> bool:
    name, rest = matched["name"].lower(), matched["rest"] or ""
    if rest.startswith("="):
        return not matched["qualifier"] and len(rest) > 1
    if name not in MECHANISMS:
        return False
    if name == "all":
        return not rest
    if name in {"ip4", "ip6"}:
        return _is_network(rest, 4 if name == "ip4" else 6)
    if name in {"include", "exists"}:
        return rest.startswith(":") and len(rest) > 1
    return rest != ":"


def _is_network(rest: str, version: int) -> bool:
    try:
        network = ipaddress.ip_network(rest[1:], strict=False)
    except ValueError:
        return False
    return rest.startswith(":") and network.version == version
