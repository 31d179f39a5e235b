"""What the facts of a domain's records mean: a status, a code, values for its words."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from diagnostics.checks.evidence import FAILED, OK, SKIPPED, WARNING, Facts
from diagnostics.domain_checks.asking import ALIAS, FINAL, NXDOMAIN
from diagnostics.domain_checks.control import ABSENT, ALIASED, HOLDS, OTHER
from diagnostics.domain_checks.delegation import BROKEN, GOOD
from diagnostics.domain_checks.dkim import BAD, REVOKED, SHORT, WEAK
from diagnostics.domain_checks.exchangers import NULL_MX
from diagnostics.domain_checks.spf import LOOKUPS_LIMIT
from diagnostics.domain_checks.zones import FOUND

Values = dict[str, object]


# What a name server can say of the control record; all else is silence.
_SAID = frozenset({HOLDS, OTHER, ABSENT, ALIASED})


class Decision(NamedTuple):
    """What is said of a station."""

    status: str
    code: str
    values: Values


def decide(check: str, facts: Facts) -> Decision:
    """Judge the facts of one check; what was not answered is skipped, never wrong."""
    found = _RULES[check](facts)
    return found if isinstance(found, Decision) else Decision(*found, {})


def status_of(check: str, facts: Facts) -> str:
    """Return the status under which evidence with these facts is kept."""
    return decide(check, facts).status


def is_controlled(facts: Facts) -> bool | None:
    """Say whether the name servers show control; None: they did not say."""
    states = {answer["state"] for answer in facts["answers"]}
    if not facts["is_delegated"]:
        return False
    if facts["is_bogus"] or not states & _SAID:
        return None
    if HOLDS in states:
        return None if states & (_SAID - {HOLDS}) else True
    return False


def _control(facts: Facts) -> tuple[str, str]:
    states = {answer["state"] for answer in facts["answers"]}
    shown = is_controlled(facts)
    if shown or facts["is_vouched"]:
        return OK, "control-found" if shown else "control-vouched"
    if HOLDS in states:
        return WARNING, "control-bogus" if facts["is_bogus"] else "control-partly"
    if not facts["is_delegated"]:
        return FAILED, "control-no-domain"
    if not states & _SAID:
        return SKIPPED, "control-unanswered"
    if ALIASED in states:
        return FAILED, "control-alias"
    return FAILED, "control-other" if OTHER in states else "control-missing"


def _delegation(facts: Facts) -> Decision:
    if facts["state"] == NXDOMAIN:
        return Decision(FAILED, "delegation-missing", {})
    if facts["state"] != FOUND:
        return Decision(SKIPPED, "delegation-unanswered", {})
    servers = facts["servers"]
    good = [one for one in servers if one["state"] == GOOD]
    routed = [one for one in servers if one["state"] != "no-route"]
    if not good:
        status = FAILED if routed else SKIPPED
        code = "delegation-dead" if routed else "delegation-unanswered"
        return Decision(status, code, {"servers": _names(servers)})
    if facts["dnssec"] == BROKEN:
        return Decision(FAILED, "delegation-dnssec", {})
    for state, code in _BAD_SERVERS.items():
        bad = [one for one in servers if one["state"] == state]
        if bad:
            return Decision(WARNING, code, {"servers": _names(bad)})
    return _agreement(facts, good)


# The worst first; a network without IPv6 of ours is nobody's fault.
_BAD_SERVERS = {
    "lame": "delegation-lame",
    "forbidden": "delegation-forbidden",
    "no-address": "delegation-no-address",
    "servfail": "delegation-lame",
    "network": "delegation-silent",
    "timeout": "delegation-silent",
}


def _agreement(facts: Facts, good: list[Facts]) -> Decision:
    own = {tuple(one["ns"]) for one in good if one["ns"]}
    if len({one["serial"] for one in good}) > 1 or len(own) > 1:
        return Decision(WARNING, "delegation-disagree", {"servers": _names(good)})
    if len({tuple(one["mx"]) for one in good}) > 1:
        return Decision(WARNING, "delegation-disagree", {"servers": _names(good)})
    listed = set(next(iter(own), ()))
    if listed and listed != set(facts["found"]):
        odd = ", ".join(sorted(listed ^ set(facts["found"])))
        return Decision(WARNING, "delegation-differs", {"servers": odd})
    return Decision(OK, "delegation-good", {"servers": ", ".join(facts["found"])})


def _names(servers: list[Facts]) -> str:
    return ", ".join(dict.fromkeys(str(one["name"]) for one in servers))


def _mx(facts: Facts) -> Decision:
    if facts["state"] not in FINAL:
        return Decision(SKIPPED, "mx-unanswered", {})
    found = [value.partition(" ")[2] for value in facts["found"]]
    values: Values = {"found": ", ".join(found), "expected": facts["expected"]}
    if not found:
        has_alias = facts["state"] == ALIAS or facts["alias"]
        return Decision(FAILED, "mx-alias" if has_alias else "mx-missing", values)
    if NULL_MX in facts["found"]:
        return Decision(FAILED, "mx-null", values)
    if not facts["exchangers"]:
        return Decision(SKIPPED, "mx-unjudged", values)
    return _mx_targets(facts, found, values)


def _mx_targets(facts: Facts, found: list[str], values: Values) -> Decision:
    ours = facts["exchangers"]
    by_host = {one["host"]: one for one in facts["foreign"]}
    alias = [h for h, one in by_host.items() if one["is_alias_of_ours"]]
    own = [h for h, one in by_host.items() if one["is_our_address"] and h not in alias]
    strange = [h for h in found if h not in ours and h not in alias and h not in own]
    if strange:
        status, code = _strangers(facts, found, strange)
        return Decision(status, code, {**values, "foreign": ", ".join(strange)})
    if alias or own:
        code = "mx-target-alias" if alias else "mx-own-name"
        return Decision(WARNING, code, {**values, "name": (alias or own)[0]})
    missing = [name for name in ours if name not in found]
    if missing:
        return Decision(
            WARNING, "mx-incomplete", {**values, "missing": ", ".join(missing)}
        )
    if facts["alias"]:
        return Decision(WARNING, "mx-alias", values)
    return Decision(OK, "mx-good", values)


def _strangers(facts: Facts, found: list[str], strange: list[str]) -> tuple[str, str]:
    if len(strange) == len(found):
        return FAILED, "mx-foreign"
    if _best(facts, strange) <= _best(facts, set(found) - set(strange)):
        return FAILED, "mx-foreign-first"
    return WARNING, "mx-foreign-extra"


def _best(facts: Facts, hosts: list[str] | set[str]) -> int:
    """Return the lowest preference among these hosts."""
    pairs = [value.partition(" ") for value in facts["found"]]
    return min(int(number) for number, _space, host in pairs if host in hosts)


def _spf(facts: Facts) -> Decision:
    if facts["state"] not in FINAL:
        return Decision(SKIPPED, "spf-unanswered", {})
    values: Values = {
        "include": facts["expected"].partition(":")[2],
        "count": facts["lookups"],
        "limit": LOOKUPS_LIMIT,
        "terms": ", ".join(facts["bad_terms"]),
        "broken": ", ".join(facts["broken"]),
        "names": ", ".join(facts["unanswered"]),
    }
    status, code = _spf_code(facts)
    return Decision(status, code, values)


def _spf_code(facts: Facts) -> tuple[str, str]:
    lacks_us = bool(facts["expected"]) and not facts["has_include"]
    sends = facts.get("sends_through_us", True)
    checks: tuple[tuple[bool, str, str], ...] = (
        (not facts["found"], FAILED if sends else WARNING, "spf-missing"),
        (len(facts["found"]) > 1, FAILED, "spf-multiple"),
        (bool(facts["bad_terms"]), FAILED, "spf-syntax"),
        (facts["all"] == "+", FAILED, "spf-pass-all"),
        (facts["lookups"] > LOOKUPS_LIMIT, FAILED, "spf-too-many"),
        (bool(facts["broken"]), FAILED, "spf-broken"),
        (
            lacks_us and bool(facts["unanswered"]),
            SKIPPED,
            "spf-include-unanswered",
        ),
        (lacks_us and sends, FAILED, "spf-not-included"),
        (facts["all"] in {"", "?"}, WARNING, "spf-open"),
        (bool(facts["unanswered"]), WARNING, "spf-include-unanswered"),
    )
    for applies, status, code in checks:
        if applies:
            return status, code
    if lacks_us:
        return OK, "spf-optional"
    return OK, "spf-good" if facts["expected"] else "spf-found"


def _dkim(facts: Facts) -> Decision:
    if not facts.get("is_answered"):
        return Decision(SKIPPED, "dkim-unanswered", {})
    keys = facts["keys"]
    for state, status, code in (
        (BAD, FAILED, "dkim-bad"),
        (SHORT, FAILED, "dkim-short"),
        (WEAK, WARNING, "dkim-weak"),
    ):
        found = [key for key in keys if key["state"] == state]
        if found:
            values = {"selector": found[0]["selector"], "bits": found[0]["bits"]}
            return Decision(status, code, values)
    live = [key for key in keys if key["state"] != REVOKED]
    selectors = ", ".join(key["selector"] for key in live or keys)
    if not live:
        code = "dkim-revoked" if keys else "dkim-none"
        if not keys and not facts["is_empty"]:
            code = "dkim-unknown"
        return Decision(WARNING, code, {"selectors": selectors})
    if all(key["is_testing"] for key in live):
        return Decision(WARNING, "dkim-testing", {"selectors": selectors})
    return Decision(OK, "dkim-good", {"selectors": selectors})


def _dmarc(facts: Facts) -> Decision:
    if facts["state"] not in FINAL:
        return Decision(SKIPPED, "dmarc-unanswered", {})
    values: Values = {"policy": facts["policy"], "above": facts["inherited_from"]}
    if not facts["found"]:
        near = bool(facts["near"])
        status = FAILED if near else WARNING
        return Decision(status, "dmarc-syntax" if near else "dmarc-missing", values)
    if len(facts["found"]) > 1:
        return Decision(FAILED, "dmarc-multiple", values)
    if not facts["is_sound"]:
        return Decision(FAILED, "dmarc-syntax", values)
    if facts["policy"] == "none":
        return Decision(WARNING, "dmarc-watching", values)
    code = "dmarc-inherited" if facts["inherited_from"] else "dmarc-good"
    return Decision(OK, code, values)


_RULES: dict[str, Callable[[Facts], Decision | tuple[str, str]]] = {
    "dns-control": _control,
    "dns-delegation": _delegation,
    "dns-mx": _mx,
    "dns-spf": _spf,
    "dns-dkim": _dkim,
    "dns-dmarc": _dmarc,
}
