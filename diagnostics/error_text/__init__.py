"""Reads pasted error text: codes, place, stage and the set of causes that fit.

One text fits many causes more often than not, so a set comes back with the one check
that would split it. Pure, standard library, in time linear to the text.
"""

import re
from typing import List, NamedTuple, Optional, Sequence, Tuple

from diagnostics.checks.evidence import FAILED, OK, SKIPPED, Evidence
from diagnostics.error_text.codes import (
    Codes,
    is_status,
    read_codes,
    read_meaning,
)
from diagnostics.error_text.groups import GROUPS
from diagnostics.error_text.masking import mask
from diagnostics.error_text.paste import join_wrapped, read_paste
from diagnostics.error_text.places import Place, read_place, read_program
from diagnostics.error_text.refining import Refined, refine
from diagnostics.error_text.rule import USUAL, Rule
from diagnostics.error_text.rules_exim import RULES as EXIM
from diagnostics.error_text.rules_others import RULES as OTHERS
from diagnostics.error_text.rules_postfix import RULES as POSTFIX
from diagnostics.error_text.rules_replies import RULES as REPLIES
from diagnostics.error_text.rules_tls import RULES as TLS
from diagnostics.error_text.rules_windows import RULES as WINDOWS

CHECK = "error_text"
VANTAGE = "text"
# The likeliest first where two of the same weight fit one line.
RULES: Tuple[Rule, ...] = tuple(
    sorted(
        POSTFIX + EXIM + TLS + WINDOWS + REPLIES + OTHERS,
        key=lambda rule: -rule.weight,
    )
)
# Split so that most rules cost one search.
_SEARCHED = tuple((rule.phrases[0], rule.phrases[1:], rule) for rule in RULES)
# Lines so far apart in a log are about one attempt.
NEIGHBOURS = 30
# A delivery whose connection took that long came late.
LATE_SECONDS = 2.0
SENT, LATE, V6 = "T-SENT", "T-LATE", "T-V6"

_DELAYS = re.compile(r"delays=[\d.]{1,12}/[\d.]{1,12}/([\d.]{1,12})/")


class Explanation(NamedTuple):
    """What a text says: `causes` likeliest first, `next_check` what would split them.

    `group` is empty and `causes` too where nothing in the text is known; both are
    without causes where the text says that the mail was delivered (`T-SENT`).
    `line` and `others` are the lines that decided, masked.
    """

    reply_code: Optional[int] = None
    enhanced_status: str = ""
    stage: str = ""
    mta: str = ""
    host: str = ""
    address: str = ""
    port: Optional[int] = None
    group: str = ""
    causes: Tuple[str, ...] = ()
    next_check: str = ""
    line: str = ""
    others: Tuple[str, ...] = ()


class _Hit(NamedTuple):
    number: int
    text: str
    rule: Rule


def explain(text: str, hosts: Sequence[str] = ()) -> Explanation:
    """Return what a pasted text says; `hosts` are the scanner's names, where known."""
    lines = read_paste(text)
    hits = _find(lines)
    if not any(hit.rule.weight >= USUAL for hit in hits):
        wrapped = [hit for hit in _find(join_wrapped(lines)) if hit.rule.phrases]
        best = max((hit.rule.weight for hit in hits), default=0)
        hits = [hit for hit in wrapped if hit.rule.weight > best] or hits
    if not hits:
        return Explanation()
    near = _newest(hits)
    decisive = _decide(near)
    return _explained(decisive, near, lines, hosts)


def as_evidence(text: str, hosts: Sequence[str] = ()) -> List[Evidence]:
    """Return the text as one observation of vantage `text`; none for a blank text.

    Failed where something went wrong, ok where the text says that the mail was
    delivered, skipped where nothing in it is known.
    """
    if not text.strip():
        return []
    found = explain(text, hosts)
    status = FAILED if found.group else SKIPPED
    if found.group == SENT:
        status = OK
    facts = {
        "reply_code": found.reply_code,
        "enhanced_status": found.enhanced_status,
        "stage": found.stage,
        "mta": found.mta,
        "host": found.host,
        "address": found.address,
        "port": found.port,
        "group": found.group,
        "causes": list(found.causes),
        "next_check": found.next_check,
    }
    shown = [*found.others, found.line] if found.line else []
    return [Evidence(CHECK, found.host, status, 0.0, facts, shown)]


def _find(lines: Sequence[str]) -> List[_Hit]:
    hits = []
    for number, text in enumerate(lines):
        rule = _rule_of(text)
        if rule is not None:
            hits.append(_Hit(number, text, rule))
    return hits


def _rule_of(text: str) -> Optional[Rule]:
    best = _first_that_fits(text.lower())
    coded = _by_codes(text) if best is None or best.weight < USUAL else None
    if coded is not None and (best is None or coded.weight > best.weight):
        return coded
    if best is not None and best.group == SENT and _is_late(text):
        return best._replace(group=LATE)
    return best


def _first_that_fits(line: str) -> Optional[Rule]:
    for phrase, others, rule in _SEARCHED:
        if phrase in line and all(other in line for other in others):
            return rule
    return None


def _by_codes(text: str) -> Optional[Rule]:
    codes = read_codes(text)
    meaning = read_meaning(codes) if is_status(text, codes) else None
    if meaning is None:
        return None
    return Rule(meaning.group, (), meaning.stage, weight=meaning.weight)


def _is_late(text: str) -> bool:
    delays = _DELAYS.search(text)
    if not delays or delays.group(1).count(".") > 1:
        return False
    return float("0" + delays.group(1) + "0") >= LATE_SECONDS


def _newest(hits: List[_Hit]) -> List[_Hit]:
    """Return the hits about the last attempt; of a delivery report its diagnosis."""
    diagnosed = [hit for hit in hits if "diagnostic-code" in hit.text[:80].lower()]
    if diagnosed:
        return diagnosed
    failures = [hit for hit in hits if hit.rule.group not in (SENT, LATE)]
    hits = failures or hits
    return [hit for hit in hits if hit.number >= hits[-1].number - NEIGHBOURS]


def _decide(near: List[_Hit]) -> _Hit:
    best = max(near, key=lambda hit: (hit.rule.weight, hit.number))
    if best.rule.group != V6:
        return best
    # Postfix shows the last address tried only: an earlier IPv4 one says more.
    for hit in reversed(near):
        address = read_place(hit.text).address
        if hit.rule.stage == "tcp" and address and ":" not in address:
            return hit
    return best


def _explained(
    hit: _Hit, near: List[_Hit], lines: List[str], hosts: Sequence[str]
) -> Explanation:
    rule = hit.rule
    texts = [hit.text] + [one.text for one in reversed(near) if one is not hit]
    before = lines[max(0, hit.number - 2) : hit.number]
    place = _place(texts, before, lines)
    codes = _codes(texts)
    group = GROUPS[rule.group]
    found = Refined(rule.causes or group.causes, rule.next_check or group.next_check)
    found = refine(rule.group, found, place, hosts)
    return Explanation(
        reply_code=codes.reply,
        enhanced_status=codes.enhanced,
        stage=rule.stage,
        mta=read_program(hit.text) or rule.mta or _program(lines),
        host=place.host,
        address=place.address,
        port=place.port,
        group=group.kin or rule.group,
        causes=found.causes,
        next_check=found.next_check if len(found.causes) > 1 else "",
        line=mask(hit.text),
        others=tuple(mask(text) for text in reversed(texts[1:3])),
    )


def _place(texts: Sequence[str], before: Sequence[str], lines: Sequence[str]) -> Place:
    """Return the place that the deciding line names, else one of its neighbours."""
    remote = [line for line in lines if line[:11].lower() == "remote-mta:"][:1]
    remote += [line for line in reversed(before) if "connect" in line.lower()]
    found = read_place(texts[0])
    for text in [*texts[1:5], *remote]:
        other = read_place(text)
        if found.host and other.host and other.host != found.host:
            continue
        found = Place(
            found.host or other.host,
            found.address or other.address,
            found.port or other.port,
            found.recipient_domain or other.recipient_domain,
        )
    return found


def _codes(texts: Sequence[str]) -> Codes:
    found = read_codes(texts[0])
    for text in texts[1:5]:
        if found.reply is None and not found.enhanced:
            found = read_codes(text)
    return found


def _program(lines: Sequence[str]) -> str:
    return next((name for name in map(read_program, lines[-50:]) if name), "")
