"""A pasted SMTP session → the stages of the agent's own dialogue."""

import re
from typing import Dict, List, NamedTuple, Optional, Tuple

from cleanmail.wire.replies import Reply
from cleanmail.wire.transcript import MASK
from diagnostics.checks.dialogue import (
    ehlo_facts,
    ehlo_tls_facts,
    greeting_facts,
    reply_facts,
)
from diagnostics.checks.evidence import (
    FAILED,
    OK,
    SKIPPED,
    WARNING,
    Evidence,
    Facts,
    Target,
)
from diagnostics.checks.wording import LINES
from diagnostics.pasted.observed import Place
from diagnostics.pasted.text import masked

REPLY = re.compile(r"([2-5]\d\d)(?:([ -])(.{0,900}))?\Z")
VERB = re.compile(
    r"(EHLO|HELO|STARTTLS|AUTH|MAIL|RCPT|DATA|QUIT|RSET|NOOP|HELP|VRFY)(?=\s|\Z)",
    re.IGNORECASE,
)
_STARTTLS_REPLY = re.compile(
    r"(?:2\.0\.0 )?.{0,40}(?:TLS|begin|go ahead)", re.IGNORECASE
)


# How servers say that a log-in is for later: it tells nothing about the password.
_NOT_IN_CLEAR = (500, 501, 502, 503, 504, 530, 538)


class Step(NamedTuple):
    """A command, small and without arguments, and the reply it got."""

    verb: str
    reply: Reply
    lines: Tuple[str, ...]


def _verb(text: str) -> str:
    found = VERB.match(text)
    return found.group(1).lower() if found else ""


def shown_command(text: str) -> str:
    """Return a command as it may be kept: the verb alone, arguments hidden."""
    verb = _verb(text).upper()
    hidden = MASK if text[len(verb) :].strip() else ""
    return " ".join(filter(None, (">", verb, hidden)))


def steps_of(lines: List[Tuple[str, str]]) -> List[Step]:
    """Return the steps of a dialogue of `>` and `<` lines.

    Where the commands were not echoed the replies tell them.
    """
    steps: List[Step] = []
    verb, shown, texts = "", [], []  # type: str, List[str], List[str]
    in_content = False
    for mark, text in lines:
        if mark == ">":
            if in_content:
                in_content = text != "."
                continue
            if verb != "auth" or _verb(text):
                verb = _verb(text)
            shown.append(shown_command(text))
            continue
        found = REPLY.match(text)
        if found is None:
            continue
        code, dash, rest = int(found.group(1)), found.group(2), found.group(3) or ""
        hidden = MASK if code == 334 else masked(rest)
        shown.append("< {}{}{}".format(code, dash or " ", hidden))
        texts.append(masked(rest))
        if dash == "-":
            continue
        reply = Reply(code, tuple(texts))
        steps.append(Step(_guess(verb, reply, steps), reply, tuple(shown[:LINES])))
        in_content = code == 354
        verb = "auth" if code == 334 else ""
        shown, texts = [], []
    if texts:  # the paste ends within a reply
        reply = Reply(code, tuple(texts))
        steps.append(Step(_guess(verb, reply, steps), reply, tuple(shown[:LINES])))
    return steps


def _guess(verb: str, reply: Reply, before: List[Step]) -> str:
    if verb:
        return verb
    if not before:
        return "greeting"
    if reply.code in (235, 334, 535):
        return "auth"
    if reply.code == 220 and _STARTTLS_REPLY.match(reply.text):
        return "starttls"
    return "ehlo" if reply.code == 250 and len(reply.lines) > 1 else "other"


def _keywords(reply: Reply) -> Dict[str, str]:
    keywords: Dict[str, str] = {}
    for line in reply.lines[1:]:
        word, _, rest = line.strip().partition(" ")
        if word.upper().startswith("AUTH="):
            word, rest = "AUTH", word[5:] + " " + rest
        if word:
            keywords.setdefault(word.upper(), rest.strip())
    return keywords


def read_session(
    place: Place, steps: List[Step], target: Target, *, in_tls: bool = False
) -> List[Evidence]:
    """Return a piece of evidence for each stage that the steps show."""
    found: List[Evidence] = []
    offered: Optional[bool] = None
    for step in steps:
        if step.verb == "greeting" and not in_tls:
            found.append(_greeting(place, step, target))
        elif step.verb == "ehlo" and in_tls:
            found.append(_ehlo_tls(place, step))
        elif step.verb == "ehlo":
            keywords = _keywords(step.reply)
            offered = "STARTTLS" in keywords if step.reply.is_positive else None
            found.append(_ehlo(place, step))
        elif step.verb == "starttls":
            found.append(_starttls(place, step, offered=bool(offered)))
            in_tls = in_tls or step.reply.code == 220
            offered = None
        elif step.verb == "auth" and step.reply.code != 334:
            found.append(_auth(place, step, in_tls=in_tls))
    if offered is not None:
        found.append(_not_tried(place, offered=offered))
    return found


def _greeting(place: Place, step: Step, target: Target) -> Evidence:
    known = tuple(target.known_hosts) or (target.host or place.host,)
    facts = greeting_facts(step.reply, known)
    status = WARNING if facts["is_masked"] else OK
    status = status if step.reply.code == 220 else FAILED
    return place.about("greeting", status, facts, step.lines)


def _ehlo(place: Place, step: Step) -> Evidence:
    facts = ehlo_facts(step.reply, _keywords(step.reply))
    status = WARNING if facts["is_masked"] else OK
    status = status if step.reply.is_positive else FAILED
    return place.about("ehlo", status, facts, step.lines)


def _ehlo_tls(place: Place, step: Step) -> Evidence:
    facts = ehlo_tls_facts(step.reply, _keywords(step.reply))
    good = step.reply.is_positive and bool(facts["mechanisms"])
    return place.about("ehlo_tls", OK if good else FAILED, facts, step.lines)


def _starttls(place: Place, step: Step, *, offered: bool) -> Evidence:
    facts = reply_facts(step.reply)
    facts["offered"] = offered
    good = offered and step.reply.code == 220
    return place.about("starttls", OK if good else FAILED, facts, step.lines)


def _not_tried(place: Place, *, offered: bool) -> Evidence:
    """Say what EHLO offered, where nobody went on to STARTTLS."""
    facts: Facts = {"offered": offered, "error": "not-tried"}
    return place.about("starttls", SKIPPED if offered else FAILED, facts)


def _auth(place: Place, step: Step, *, in_tls: bool) -> Evidence:
    facts = reply_facts(step.reply)
    if not in_tls and step.reply.code in _NOT_IN_CLEAR:
        facts["reason"] = "no-tls"
        return place.about("auth", SKIPPED, facts, step.lines)
    return place.about(
        "auth", OK if step.reply.code == 235 else FAILED, facts, step.lines
    )
