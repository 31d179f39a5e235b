"""What our own filter found of SPF, DKIM, DMARC and ARC (RFC 8601), read strictly."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from quarantine.intake.envelope import Transaction
from quarantine.intake.headers import clean

CHECKS_MAX = 10
FIELD_CHARACTERS_MAX = 8000
RESULTS = frozenset(
    ("pass", "fail", "softfail", "neutral", "none", "policy", "temperror", "permerror")
)
# Whatever else a method says may stand once only; a message may have many signatures.
METHODS = ("spf", "dkim", "dmarc", "arc")
REPEATABLE = "dkim"
# Which property names the domain that a method speaks of.
DOMAIN = {
    "spf": re.compile(r"\bsmtp\.(?:mailfrom|helo)=(\S+)"),
    "dkim": re.compile(r"\bheader\.d=(\S+)"),
    "dmarc": re.compile(r"\bheader\.from=(\S+)"),
    "arc": re.compile(r"(?!)"),
}
TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|(\([^()]*\))|([()"])|([^()"]+)')
RESULT = re.compile(r"\s*(spf|dkim|dmarc|arc)\s*=\s*([a-z]+)\b", re.IGNORECASE)
# A sender's own words within the field could pass for results of ours.
TREACHEROUS = frozenset('();"\\')


@dataclass(frozen=True, slots=True)
class Check:
    """One method's result, and for which domain."""

    method: str
    result: str
    domain: str

    def as_fact(self) -> dict[str, str]:
        """Return it as Message.facts keeps it."""
        return {"method": self.method, "result": self.result, "domain": self.domain}


def read_checks(fields: Sequence[str], each: Transaction) -> tuple[Check, ...]:
    """Read the one field of our own authserv-id; nothing if there is any doubt.

    A second one of that name was not written by us, and which of the two was not is
    not to be told: then neither counts.
    """
    name = settings.INTAKE_AUTHSERV_ID.lower()
    ours = [text for text in fields if name and _authserv_id(text) == name]
    if len(ours) != 1 or _is_treacherous(each):
        return ()
    return _parse(ours[0][:FIELD_CHARACTERS_MAX])


def _is_treacherous(each: Transaction) -> bool:
    """Whether client or sender chose words that could end a result or begin one.

    An equals sign does neither, and stands in the address of each list's bounces.
    """
    helo = each.client.helo
    return "=" in helo or bool(TREACHEROUS & set(each.sender.address + helo))


def _authserv_id(text: str) -> str:
    return text.partition(";")[0].strip().partition(" ")[0].lower()


def _parse(text: str) -> tuple[Check, ...]:
    bare = _without_comments(text)
    checks = []
    for item in bare.split(";")[1:]:
        found = RESULT.match(item)
        if found and found[2].lower() in RESULTS:
            method = found[1].lower()
            domain = DOMAIN[method].search(item)
            name = domain[1].rpartition("@")[2] if domain else ""
            checks.append(Check(method, found[2].lower(), clean(name, 253).lower()))
    told = [check.method for check in checks if check.method != REPEATABLE]
    if len(told) != len(set(told)):
        return ()
    checks.sort(key=lambda check: METHODS.index(check.method))
    return tuple(checks[:CHECKS_MAX])


def _without_comments(text: str) -> str:
    """Drop comments; what is quoted loses what would structure the field."""
    parts = []
    for match in TOKEN.finditer(text):
        quoted, _comment, stray, plain = match.groups()
        if stray:
            return ""
        if quoted is not None:
            parts.append(re.sub(r"[;=\s]", "_", quoted))
        parts.append(plain or "")
    return "".join(parts)
