"""Whom a sender rule means: as people type it, and whether an address is meant."""

from __future__ import annotations

import re
from dataclasses import dataclass

from accounts.domain_names import parse_domain, registrable_part
from accounts.errors import DomainNameRefused
from quarantine.errors import PatternRefused
from quarantine.intake.recipients import split_address
from quarantine.models import SenderRule

PATTERN_CHARACTERS_MAX = 320
# More labels than that has nobody whose mail one waits for; a sender may invent them.
LABELS_MAX = 10
IN_BRACKETS = re.compile(r"[^<>]*<([^<>]*)>")
# Printable, says Unicode, and yet nobody sees them: fillers, joiners, variants.
UNSEEN = (
    r"\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0"
    r"\U000e0100-\U000e01ef"
)
LOCAL_PART = re.compile(rf'[^\s"(),:;<>@\[\]\\{UNSEEN}]{{1,64}}')
# Where everybody may have an address.
FREEMAIL = frozenset(
    """
    aol.com bluemail.ch bluewin.ch email.ch email.de fastmail.com free.fr freenet.de
    freesurf.ch gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hey.com
    hispeed.ch hotmail.ch hotmail.com hotmail.de hotmail.fr hotmail.it icloud.com
    laposte.net libero.it live.com live.de live.fr mac.com mail.ch mail.com mail.de
    mail.ru mailbox.org me.com msn.com orange.fr outlook.com outlook.de posteo.de
    proton.me protonmail.ch protonmail.com qq.com seznam.cz sfr.fr sunrise.ch
    t-online.de tin.it tiscali.it tutanota.com virgilio.it wanadoo.fr web.de
    yahoo.com yahoo.de yahoo.fr yahoo.it yandex.com yandex.ru ymail.com zoho.com
    """.split()  # noqa: SIM905 (a table of words)
)
# Local parts that are made anew for each mail: VERP, BATV, SRS and their like.
MADE_ANEW = re.compile(
    r"=|^(bounces?|return|msprvs\d|prvs|srs[01]|verp|fbl|m?xbounce)[-+=._]"
    r"|[0-9a-f]{16}|\d{6}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Whom a rule is about, as it is kept."""

    kind: str
    text: str


def parse_pattern(text: str) -> Pattern:
    """Return what somebody typed or pasted as it is kept; raise PatternRefused."""
    text = text.strip()
    if found := IN_BRACKETS.fullmatch(text):
        text = found[1].strip()
    text = text.removeprefix("mailto:").strip("'\" ").removesuffix(".")
    if not text:
        raise PatternRefused("empty")
    if len(text) > PATTERN_CHARACTERS_MAX or not text.isprintable():
        raise PatternRefused("domain")
    if re.search(r"[\s,;]", text):
        raise PatternRefused("several")
    local_part, at, name = text.rpartition("@")
    if local_part and local_part != "*":
        return _parse_address(local_part, name)
    if "*" in name.removeprefix("*."):
        raise PatternRefused("wildcard")
    if not at and name.startswith(("*.", ".")):
        return Pattern(SenderRule.Kind.SUBDOMAINS, f"*.{_domain(name.lstrip('*.'))}")
    return Pattern(SenderRule.Kind.DOMAIN, _domain(name))


def _parse_address(local_part: str, name: str) -> Pattern:
    if "*" in name:
        raise PatternRefused("wildcard")
    if not LOCAL_PART.fullmatch(local_part) or "*" in local_part:
        raise PatternRefused("local_part")
    text = f"{local_part.lower()}@{_domain(name)}"
    if len(text) > PATTERN_CHARACTERS_MAX:
        raise PatternRefused("domain")
    return Pattern(SenderRule.Kind.ADDRESS, text)


def _domain(name: str) -> str:
    try:
        return parse_domain(name)
    except DomainNameRefused as error:
        reason = "suffix" if error.reason == "suffix" and "." in name else "domain"
        raise PatternRefused(reason) from error


def list_patterns(address: str) -> tuple[str, ...]:
    """Return each pattern that means the address, the narrowest first."""
    local_part, name = split_address(address)
    if not local_part or not name:
        return ()
    labels = name.split(".")[-LABELS_MAX:]
    above = [f"*.{'.'.join(labels[i:])}" for i in range(1, len(labels) - 1)]
    return (f"{local_part}@{name}", name, *above)


def suggest_patterns(envelope_sender: str, header_from: str) -> list[Pattern]:
    """Return whom a rule about such a mail could mean, the most useful one first.

    An address that is made anew for each mail is never offered, nor the domain of a
    provider where everybody may have an address.
    """
    shown, hidden = list_patterns(header_from), list_patterns(envelope_sender)
    lasting = [own for own in (shown, hidden) if own and not _is_made_anew(own[0])]
    offered: list[str] = []
    if lasting:
        offered.append(lasting[0][0])
    name = (shown or hidden or ("", ""))[1]
    above = registrable_part(name)
    if name and not FREEMAIL & {name, above}:
        offered.append(name if above in ("", name) else f"*.{above}")
        if lasting and lasting[0][1] != offered[-1]:
            offered.insert(1, lasting[0][1])
    return _readable(dict.fromkeys(offered))


def require_narrow(pattern: Pattern) -> None:
    """Raise PatternRefused if allowing it would let in whoever takes an address."""
    is_one = pattern.kind == SenderRule.Kind.ADDRESS
    if not is_one and pattern.text.removeprefix("*.") in FREEMAIL:
        raise PatternRefused("everybody")


def _readable(texts: dict[str, None]) -> list[Pattern]:
    patterns = []
    for text in texts:
        try:
            patterns.append(parse_pattern(text))
        except PatternRefused:
            continue
    return patterns


def _is_made_anew(address: str) -> bool:
    return bool(MADE_ANEW.search(address.rpartition("@")[0]))
