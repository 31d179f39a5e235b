"""What Rspamd says of a message in the header fields that its milter adds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from accounts.models.customers import Category
from quarantine.intake.headers import Section, clean, decode_words
from quarantine.intake.verdict import SYMBOLS_MAX, Symbol, Verdict, find_category

SCORES = re.compile(r"\[(-?\d{1,6}(?:\.\d+)?) / (-?\d{1,6}(?:\.\d+)?)\]")
SYMBOL = re.compile(r"([A-Z][A-Z0-9_]{1,79})\((-?\d{1,6}(?:\.\d+)?)\)(?:\[([^\]]*)\])?")
KINDS: tuple[tuple[Category, re.Pattern[str]], ...] = (
    (Category.VIRUS, re.compile(r"VIRUS|^CLAM|^MALWARE|^ESET|^SOPHOS|^FPROT")),
    (Category.PHISHING, re.compile(r"PHISH|^HACKED_|^SPOOF|FAKE_REPLY")),
    (
        Category.ATTACHMENT,
        re.compile(
            r"^MIME_(BAD|DOUBLE_BAD|ENCRYPTED|ARCHIVE|EXE)|^OLETOOLS|MACRO|^BAD_ATTACH"
        ),
    ),
    (
        Category.POLICY,
        re.compile(r"^DMARC_POLICY_(REJECT|QUARANTINE)|BLOCKLIST|^CLEANMAIL_BLOCKED$"),
    ),
    (Category.BULK, re.compile(r"^(R_)?BULK|_BULK$|NEWSLETTER|GREYMAIL")),
)
# What our own map of blocked senders adds (`deploy/rspamd`).
BLOCKED_SYMBOL = "CLEANMAIL_BLOCKED"
# Who pretends to these harms nobody else; who does not must not get out of them.
DANGERS = frozenset((Category.VIRUS, Category.PHISHING, Category.ATTACHMENT))


def is_from_rspamd(section: Section, queue_id: str) -> bool:
    """Whether Rspamd put its mark on this very transaction.

    A sender cannot know the queue id in advance.
    """
    ids = section.find_all("x-rspamd-queue-id")
    return bool(queue_id) and any(value == queue_id for _, value in ids)


def read_rspamd(
    section: Section, queue_id: str, envelope: Iterable[str] = ()
) -> Verdict | None:
    """Read X-Spamd-Result, if Rspamd wrote it for this very queue id.

    Rspamd takes foreign results out when it adds its own. Of several the one nearest to
    the queue id's field is meant: Rspamd adds them side by side. `envelope` is what
    else the sender could choose.
    """
    if not queue_id:
        return None
    ids = section.find_all("x-rspamd-queue-id")
    places = [place for place, value in ids if value == queue_id]
    results = section.find_all("x-spamd-result")
    if not places or not results:
        return None
    _, text = min(
        results, key=lambda result: min(abs(result[0] - place) for place in places)
    )
    scores = SCORES.search(text)
    if not scores:
        return None
    symbols = [
        Symbol(match[1], float(match[2]), clean(match[3] or "", 200))
        for match in SYMBOL.finditer(text, scores.end())
    ]
    category = find_category(symbols, KINDS)
    is_doubtful = category != Category.SPAM and _is_spoken(symbols, section, envelope)
    if is_doubtful and category not in DANGERS:
        category = Category.SPAM
    return Verdict(
        "rspamd",
        float(scores[1]),
        float(scores[2]),
        tuple(symbols[:SYMBOLS_MAX]),
        category,
        is_doubtful=is_doubtful,
    )


def without_map(verdict: Verdict) -> Verdict:
    """Return the verdict as it would be without our map of blocked senders.

    Rspamd judges a message once; whom of its recipients the map was about, it cannot
    say without telling each of them of the others.
    """
    symbols = tuple(s for s in verdict.symbols if s.name != BLOCKED_SYMBOL)
    if len(symbols) == len(verdict.symbols) or verdict.score is None:
        return verdict
    taken = sum(s.score or 0.0 for s in verdict.symbols if s.name == BLOCKED_SYMBOL)
    category = verdict.category
    if category == Category.POLICY:
        category = find_category(symbols, KINDS)
    score = round(verdict.score - taken, 2)
    return replace(verdict, symbols=symbols, score=score, category=category)


def _is_spoken(
    symbols: Sequence[Symbol], section: Section, envelope: Iterable[str]
) -> bool:
    """Whether a rule's name with a score stands in the sender's own words.

    Rspamd writes options as they come: `"a]; NEWSLETTER(9.00)[b"@remote.example` makes
    a rule of the sender's own, and so a category that policy may let pass.
    """
    words = decode_words(section.text_without("x-spamd-result"))
    words = " ".join((words, *envelope))
    words = words.replace("\\", "").casefold()
    names = {symbol.name.casefold() for symbol in symbols if symbol.is_against}
    return any(f"{name}(" in words for name in names)
