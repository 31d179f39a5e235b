"""Why the filter held a message: what Rspamd added, and nothing a sender could have.

Other filters (amavisd-new, SpamAssassin) get a reader of their own beside
`read_rspamd`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from accounts.models.customers import Category
from quarantine.intake.headers import Section, clean

SYMBOLS_MAX = 100
SCORES = re.compile(r"\[(-?\d{1,6}(?:\.\d+)?) / (-?\d{1,6}(?:\.\d+)?)\]")
SYMBOL = re.compile(r"([A-Z][A-Z0-9_]{1,79})\((-?\d{1,6}(?:\.\d+)?)\)(?:\[([^\]]*)\])?")
# The first line that matches a symbol with a positive score names the category.
CATEGORIES: tuple[tuple[Category, re.Pattern[str]], ...] = (
    (Category.VIRUS, re.compile(r"VIRUS|^CLAM|^MALWARE|^ESET|^SOPHOS|^FPROT")),
    (Category.PHISHING, re.compile(r"PHISH|^HACKED_|^SPOOF|FAKE_REPLY")),
    (
        Category.ATTACHMENT,
        re.compile(
            r"^MIME_(BAD|DOUBLE_BAD|ENCRYPTED|ARCHIVE|EXE)|^OLETOOLS|MACRO|^BAD_ATTACH"
        ),
    ),
    (Category.POLICY, re.compile(r"^DMARC_POLICY_(REJECT|QUARANTINE)|BLOCKLIST")),
    (Category.BULK, re.compile(r"^(R_)?BULK|_BULK$|NEWSLETTER|GREYMAIL")),
)


@dataclass(frozen=True, slots=True)
class Symbol:
    """One rule of the filter that fired."""

    name: str
    score: float
    options: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The filter's reason; without details when it gave none that can be trusted."""

    filter_name: str = ""
    score: float | None = None
    required: float | None = None
    symbols: tuple[Symbol, ...] = field(default=())

    @property
    def category(self) -> Category:
        """What kind of hold this is."""
        if not self.filter_name:
            return Category.OTHER
        fired = [symbol.name for symbol in self.symbols if symbol.score > 0]
        for category, pattern in CATEGORIES:
            if any(pattern.search(name) for name in fired):
                return category
        return Category.SPAM

    def as_reason(self) -> dict[str, object]:
        """Return it as Hold.reason keeps it."""
        if not self.filter_name:
            return {"filter": ""}
        return {
            "filter": self.filter_name,
            "score": self.score,
            "required": self.required,
            "symbols": [
                {"name": s.name, "score": s.score, "options": s.options}
                for s in self.symbols
            ],
        }


def read_verdict(section: Section, queue_id: str) -> Verdict:
    """Return what the filter said, or a Verdict without details."""
    return read_rspamd(section, queue_id) or Verdict()


def read_rspamd(section: Section, queue_id: str) -> Verdict | None:
    """Read X-Spamd-Result, if Rspamd wrote it for this very queue id.

    A sender cannot know the queue id in advance, and Rspamd takes foreign results out
    when it adds its own. Of several the one nearest to the queue id's field is meant:
    Rspamd adds them side by side, at the top or the bottom as the site is configured.
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
    return Verdict(
        "rspamd", float(scores[1]), float(scores[2]), tuple(symbols[:SYMBOLS_MAX])
    )
