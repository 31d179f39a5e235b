"""The evidence of several ends → one verdict: each limits or supports the causes."""

from typing import Dict, List, NamedTuple, Sequence, Tuple

from diagnostics.checks.evidence import SKIPPED, Evidence
from diagnostics.verdicts import judge
from diagnostics.verdicts.finding import Finding, Reason
from diagnostics.verdicts.lending import lend, scanner_of
from diagnostics.verdicts.scene import AGENT, SERVER, Scene
from diagnostics.verdicts.signs import RANKS, SIGNS, SPLITTERS
from diagnostics.verdicts.weighing import (
    RULED_OUT,
    Opinion,
    of_log,
    of_own_sessions,
    of_probe,
    of_text,
)

LOG, TEXT, PASTED = "scanner_log", "text", "pasted"
VANTAGES = (SERVER, AGENT, LOG, TEXT, PASTED)

# Causes closer than this cannot be told apart, and are not worth naming below that.
ALIKE, NAMED = 0.5, 0.12
# No number of ends makes a cause certain.
SURE = 0.97

# What an end that has not looked yet would show, and how it is asked to look.
ENDS = (
    (AGENT, "agent", "run-agent"),
    (LOG, "log", "read-log"),
    (SERVER, "server", "probe-portal"),
    (TEXT, "text", "paste-error"),
)


class View(NamedTuple):
    """What one end saw; an end that looked and saw nothing has no evidence."""

    vantage: str
    evidence: List[Evidence]
    # Of a log: whether all sessions of the time are in it, not only a probe's own.
    is_whole: bool = True


def vantages_that_looked(views: Sequence[View]) -> List[str]:
    """Return which ends have looked, in the order of the design."""
    looked = {
        view.vantage
        for view in views
        if view.vantage == LOG or any(one.status != SKIPPED for one in view.evidence)
    }
    return [vantage for vantage in VANTAGES if vantage in looked]


def judge_together(views: Sequence[View]) -> List[Finding]:
    """Return the causes, most likely first; empty: healthy from wherever we looked.

    What the ends cannot tell apart has the same confidence and the same `next_check`.
    Two ends that agree are surer than either, two that contradict less sure.
    """
    seen = [view for view in views if view.evidence or view.vantage == LOG]
    seen = [view for view in seen if view.vantage in VANTAGES]
    if len(seen) == 1 and seen[0].vantage in (SERVER, AGENT, PASTED):
        return judge(seen[0].evidence, _judged_as(seen[0].vantage))
    opinions = _opinions(seen)
    if not any(opinion.is_bad for opinion in opinions):
        return []
    scores = _scores(opinions)
    first = max(scores, key=lambda slug: scores[slug])
    alike = _alike(scores, first)
    looked = [view.vantage for view in seen]
    # Squared: the likeliest stands out, and long tails of the unlikely weigh little.
    shares = {slug: score**2 for slug, score in scores.items()}
    total = sum(shares.values()) + (RULED_OUT * scores[first]) ** 2
    found = []
    for slug in sorted(scores, key=lambda one: -scores[one]):
        if scores[slug] < NAMED * scores[first]:
            break
        share = shares[slug] / total
        following = ""
        if slug in alike:
            share = sum(shares[one] for one in alike) / total / len(alike)
            following = _next_check(alike, looked, opinions)
        confidence = round(share * _certainty(slug, opinions), 2)
        found.append(Finding(slug, confidence, _because(slug, opinions), following))
    return _evened(found, alike)


def _judged_as(vantage: str) -> str:
    return SERVER if vantage == SERVER else AGENT


def _opinions(views: Sequence[View]) -> List[Opinion]:
    known = scanner_of([e for v in views if v.vantage == SERVER for e in v.evidence])
    found: List[Opinion] = []
    for view in views:
        if view.vantage == LOG:
            found += of_log(LOG, view.evidence, is_whole=view.is_whole)
            agents = [e for v in views if v.vantage == AGENT for e in v.evidence]
            found += of_own_sessions(LOG, agents, view.evidence)
        elif view.vantage == TEXT:
            for item in view.evidence:
                found += of_text(TEXT, item, known, is_alone=len(views) == 1)
        else:
            column = _judged_as(view.vantage)
            evidence = lend(view.evidence, known, view.vantage)
            through = Scene(evidence, column).is_through
            judged = judge(evidence, column)
            found += of_probe(view.vantage, column, judged, is_through=through)
    return found


def _scores(opinions: Sequence[Opinion]) -> Dict[str, float]:
    """Multiply what the ends say; several error lines count as one end."""
    texts = [one for one in opinions if one.vantage == TEXT]
    slugs = {slug for one in opinions for slug in one.weights}
    scores = {}
    for slug in slugs:
        score = RANKS[SIGNS[slug].rank] if slug in SIGNS else RANKS["B"]
        for one in opinions:
            weight = one.weights.get(slug, RULED_OUT)
            score *= weight ** (1.0 / len(texts)) if one in texts else weight
        if any(one.is_bad and one.weights.get(slug, 0.0) > 0.25 for one in opinions):
            scores[slug] = score
    return scores or dict.fromkeys(slugs, RULED_OUT)


def _alike(scores: Dict[str, float], first: str) -> List[str]:
    near = [slug for slug in scores if scores[slug] >= ALIKE * scores[first]]
    return sorted(near, key=lambda slug: -scores[slug])


def _certainty(slug: str, opinions: Sequence[Opinion]) -> float:
    """Say how sure the ends that speak for a cause are, less for each against it."""
    doubt, against = 1.0, 1.0
    for one in opinions:
        weight = one.weights.get(slug, RULED_OUT)
        if weight >= 0.5:
            doubt *= 1.0 - one.clarity
        elif weight <= 0.1:
            against *= 0.6
    return min(SURE, 1.0 - doubt) * against


def _because(slug: str, opinions: Sequence[Opinion]) -> Tuple[Reason, ...]:
    reasons: List[Reason] = []
    for one in opinions:
        if slug in one.findings:
            reasons += one.findings[slug].because
        elif one.weights.get(slug, 0.0) >= 0.5:
            reasons += one.reasons
    kept = [r for i, r in enumerate(reasons) if r not in reasons[:i]]
    return tuple(kept)


def _next_check(
    alike: Sequence[str], looked: Sequence[str], opinions: Sequence[Opinion]
) -> str:
    """Return the one look that would split them; none where only one is left."""
    if len(alike) == 1:
        return ""
    own = [one.findings[alike[0]] for one in opinions if alike[0] in one.findings]
    said = [one.next_check for one in own] + [one.next_check for one in opinions]
    said = [code for code in said if code]
    if set(looked) == {TEXT} and said:
        return said[0]
    for members, code in SPLITTERS:
        if set(alike) <= set(members):
            return code
    rows = [SIGNS[slug] for slug in alike if slug in SIGNS]
    asked = set(looked) | ({AGENT} if PASTED in looked else set())
    for vantage, column, code in ENDS:
        if vantage not in asked and len({getattr(row, column) for row in rows}) > 1:
            return code
    if said:
        return said[0]
    near = [code for members, code in SPLITTERS if len(set(members) & set(alike)) > 1]
    return near[0] if near else "later"


def _evened(found: List[Finding], alike: Sequence[str]) -> List[Finding]:
    """Give what cannot be split one confidence, the lowest of theirs."""
    shared = min((one.confidence for one in found if one.slug in alike), default=0.0)
    evened = [
        one._replace(confidence=shared) if one.slug in alike else one for one in found
    ]
    return sorted(evened, key=lambda one: -one.confidence)
