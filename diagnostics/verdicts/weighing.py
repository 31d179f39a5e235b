"""How much one end's evidence speaks for each cause: a number from 0 to 1."""

from typing import Callable, Dict, List, NamedTuple, Sequence, Tuple

from diagnostics.checks.evidence import FAILED, Evidence
from diagnostics.verdicts import sessions, signs
from diagnostics.verdicts.finding import Finding, Reason
from diagnostics.verdicts.lending import Known, relation_of
from diagnostics.verdicts.signs import EITHER, FAILS, SIGNS, Sign

# A cause that an end rules out may still be there beside another: never quite nought.
RULED_OUT, UNLIKELY = 0.03, 0.1
# Of the same group as causes that an error line names, or as the only one it names.
AKIN, BESIDE = 0.6, 0.3
# What makes mail late and seldom stops it: another cause may well stand beside it.
SLOWER = (
    "packet-loss", "high-latency", "dns-slow", "dns-aaaa-timeout", "ipv6-broken",
    "ipv6-only-blocked",
)  # fmt: skip
BESIDE_SLOW = 0.45
# So many sessions back a mail server's trouble still counts.
LATELY = 10
# What may or may not show at an end that saw nothing wrong; and beside its siblings.
MAY_BE, SIBLING = 0.95, 0.8


class Opinion(NamedTuple):
    """One end's: a weight for each cause, and how it is worded.

    `clarity` is how sure this end would be alone that the cause is among those it
    weighs highest; `is_bad` says that it saw something fail.
    """

    vantage: str
    clarity: float
    weights: Dict[str, float]
    reasons: Tuple[Reason, ...]
    is_bad: bool = False
    findings: Dict[str, Finding] = {}
    next_check: str = ""


def _weigh(by_sign: Callable[[str, Sign], float]) -> Dict[str, float]:
    return {slug: by_sign(slug, sign) for slug, sign in SIGNS.items()}


def of_probe(
    vantage: str, column: str, findings: Sequence[Finding], *, is_through: bool
) -> List[Opinion]:
    """Weigh a check's own verdict; `column` is the one of the table that it fills."""
    by_slug = {finding.slug: finding for finding in findings}
    if not by_slug and not is_through:
        return []
    if not by_slug:
        passed = {FAILS: RULED_OUT, EITHER: MAY_BE}
        weights = _weigh(lambda _slug, sign: passed.get(getattr(sign, column), 1.0))
        reason = Reason("server-ok" if column == "server" else "agent-ok")
        return [Opinion(vantage, 0.2, weights, (reason,))]
    top = max(finding.confidence for finding in findings)
    lowest = min(finding.confidence for finding in findings)
    is_only_slower = is_through and set(by_slug) <= set(SLOWER)
    is_credential = any(slug in signs.CREDENTIALS for slug in by_slug)

    def weight(slug: str, sign: Sign) -> float:
        if slug in by_slug:
            return by_slug[slug].confidence / top
        if is_credential and slug in signs.CREDENTIALS:
            return SIBLING * lowest / top
        if getattr(sign, column) == FAILS:
            return RULED_OUT
        return BESIDE_SLOW if is_only_slower else UNLIKELY

    clarity = min(0.95, sum(finding.confidence for finding in findings))
    weights = _weigh(weight)
    weights.update((slug, weight(slug, NO_SIGN)) for slug in by_slug)
    return [Opinion(vantage, clarity, weights, (), is_bad=True, findings=by_slug)]


NO_SIGN = Sign("C", EITHER, EITHER, (), ())


# A line that names another host than ours, or another port, speaks for these.
ELSEWHERE: Dict[str, Tuple[str, ...]] = {
    "parent": ("mx-lookup-instead-of-host",),
    "typo": ("wrong-server-typo",),
    "sibling": ("wrong-server", "not-using-scanner"),
    "other": ("not-using-scanner", "wrong-server"),
    "address": ("dns-hijack", "hosts-file-stale", "stale-ip-in-config"),
}
NEEDS_25 = ("port25-blocked-drop", "port25-blocked-rst", "port25-blocked-icmp")


def of_text(
    vantage: str, item: Evidence, known: Known, *, is_alone: bool
) -> List[Opinion]:
    """Weigh an error line by the causes it may have, the likeliest first.

    Beside other ends it also admits what shares its group with those it names.
    """
    facts = item.facts
    named = [str(slug) for slug in facts.get("causes") or ()]
    group = str(facts.get("group") or "")
    relation = relation_of(facts, known)
    if item.status != FAILED or not group:
        return []

    akin = RULED_OUT if is_alone else AKIN if len(named) > 1 else BESIDE

    def weight(slug: str, sign: Sign) -> float:
        value = akin if group in sign.text else RULED_OUT
        if slug in named:
            value = max(0.7, 1.0 - 0.05 * named.index(slug))
        return value * _fitting(slug, relation, facts.get("port"))

    said = [str(facts.get(key) or "") for key in ("reply_code", "enhanced_status")]
    words = " ".join(one for one in said if one)
    values = {"said": " («{}»)".format(words) if words else ""}
    reasons = [Reason("text-fits", values)]
    if relation in ELSEWHERE and relation != "address":
        reasons.append(Reason("text-names-host", {"host": facts.get("host", "")}))
    clarity = 0.75 if len(named) == 1 else 0.55
    following = str(facts.get("next_check") or "")
    weights = _weigh(weight)
    for slug in ELSEWHERE.get(relation, ()):
        weights[slug] = max(
            weights[slug], 1.0 if slug == ELSEWHERE[relation][0] else 0.4
        )
    return [
        Opinion(
            vantage,
            clarity,
            weights,
            tuple(reasons),
            is_bad=True,
            next_check=following,
        )
    ]


def _fitting(slug: str, relation: str, port: object) -> float:
    """Say how well host and port of the line go with a cause."""
    if slug in NEEDS_25 and port not in (None, "", 25, "25"):
        return RULED_OUT
    foreign = {one for slugs in ELSEWHERE.values() for one in slugs}
    if relation == "ours":
        return UNLIKELY if slug in foreign else 1.0
    if relation in ELSEWHERE:
        return 1.0 if slug in ELSEWHERE[relation] else UNLIKELY
    return 1.0


def of_log(
    vantage: str, evidence: Sequence[Evidence], *, is_whole: bool
) -> List[Opinion]:
    """Weigh how far the mail server's sessions got.

    None at all says something too, of a log that `is_whole`.
    """
    spoken = sessions.read_log(evidence)
    if not spoken:
        if not is_whole:
            return []

        def absent(_slug: str, sign: Sign) -> float:
            return 1.0 if signs.NOTHING in sign.log else UNLIKELY

        return [Opinion(vantage, 0.3, _weigh(absent), (sessions.NO_SESSION,))]
    bad = [one for one in spoken if one.symptom not in sessions.PASSED]
    if bad and spoken[-1].symptom == signs.SENT:
        bad = []  # what failed before works by now
    # The clearest one of late; of those alike the last.
    latest = list(reversed(bad or spoken))[:LATELY]
    chosen: sessions.Spoken = max(latest, key=lambda one: one.clarity)

    is_plain = bool(bad) and chosen.symptom not in sessions.FAINT

    def weight(slug: str, _sign: Sign) -> float:
        return chosen.weights.get(slug, RULED_OUT if is_plain else UNLIKELY)

    clarity, reasons = chosen.clarity, chosen.reasons
    return [Opinion(vantage, clarity, _weigh(weight), reasons, is_bad=bool(bad))]


def of_own_sessions(
    vantage: str, agent: Sequence[Evidence], evidence: Sequence[Evidence]
) -> List[Opinion]:
    """Hold the agent's own sessions in the log against what it saw itself.

    Who had TLS and arrived in clear text was opened on the way, and passed on in clear.
    """
    names = {item.facts.get("helo") for item in agent if item.check == "ehlo"}
    own = [
        item.facts
        for item in evidence
        if item.facts.get("nonce") and item.facts.get("helo") in names
    ]
    had_tls = any(
        item.check == "certificate" and "sha256" in item.facts for item in agent
    )
    if not own or not had_tls:
        return []
    in_clear = not any(facts.get("tls") for facts in own)

    def weight(slug: str, _sign: Sign) -> float:
        if slug == "tls-intercept-plain":
            return 1.0 if in_clear else UNLIKELY
        return BESIDE if in_clear else 1.0

    reasons = (Reason("log-own-in-clear"),) if in_clear else ()
    clarity = 0.7 if in_clear else 0.0
    return [Opinion(vantage, clarity, _weigh(weight), reasons)]
