"""What the scanner's log tells about a probe's own log-in, beside its bare 535."""

from typing import List, Sequence, Set, Tuple

from diagnostics.checks.evidence import FAILED, Evidence
from diagnostics.verdicts.together import LOG, View

REFUSED = 535


def tell_logins(views: Sequence[View]) -> List[View]:
    """Return the views, a refused log-in with `class` and `slip` as the log has them.

    Only where all refused log-ins of the probe were refused for one reason: the portal
    and the agent may have tried different passwords.
    """
    told: Set[Tuple[str, str]] = set()
    for view in views:
        if view.vantage == LOG:
            told.update(_refusals(view.evidence))
    if len(told) != 1:
        return list(views)
    reason, slip = told.pop()
    return [
        view._replace(evidence=[_told(item, reason, slip) for item in view.evidence])
        for view in views
    ]


def _refusals(evidence: Sequence[Evidence]) -> Set[Tuple[str, str]]:
    logins = [item.facts.get("sasl") or {} for item in evidence if _is_probes(item)]
    return {
        (str(one.get("class") or ""), str(one.get("slip") or ""))
        for one in logins
        if one.get("result") == "failed"
    }


def _is_probes(item: Evidence) -> bool:
    return item.check == "scanner_session" and bool(item.facts.get("nonce"))


def _told(item: Evidence, reason: str, slip: str) -> Evidence:
    is_refused = item.check == "auth" and item.status == FAILED
    if not is_refused or item.facts.get("code") != REFUSED:
        return item
    facts = dict(item.facts)
    facts["class"] = reason
    facts["slip"] = facts.get("slip") or slip
    return item._replace(facts=facts)
