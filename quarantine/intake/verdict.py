"""Why a filter held a message: score, rules that fired, alerts, its category."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from accounts.models.customers import Category

SYMBOLS_MAX = 100

# The first line that matches a rule that speaks against the message names the category.
Kinds = Sequence[tuple[Category, re.Pattern[str]]]


@dataclass(frozen=True, slots=True)
class Symbol:
    """One rule of the filter that fired; not every filter says for how many points."""

    name: str
    score: float | None
    options: str = ""

    @property
    def is_against(self) -> bool:
        """Whether it speaks against the message."""
        return self.score is None or self.score > 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The filter's reason; without details when it gave none that can be trusted."""

    filter_name: str = ""
    score: float | None = None
    required: float | None = None
    symbols: tuple[Symbol, ...] = field(default=())
    category: Category = Category.OTHER
    # Findings that need no points: a virus, a forbidden attachment.
    alerts: tuple[str, ...] = ()
    # A sender may have had a hand in the category.
    is_doubtful: bool = False

    @property
    def must_hold(self) -> bool:
        """Whether no policy may let it pass: its category is not sure."""
        return self.is_doubtful or not self.filter_name

    @property
    def is_clean(self) -> bool:
        """Whether the score alone would not have held it."""
        if self.must_hold or self.alerts or self.score is None or self.required is None:
            return False
        return self.category == Category.SPAM and self.score < self.required

    def as_reason(self) -> dict[str, object]:
        """Return it as Hold.reason keeps it."""
        if not self.filter_name:
            return {"filter": ""}
        reason: dict[str, object] = {
            "filter": self.filter_name,
            "score": self.score,
            "required": self.required,
            "symbols": [
                {"name": s.name, "score": s.score, "options": s.options}
                for s in self.symbols
            ],
        }
        if self.alerts:
            reason["alerts"] = list(self.alerts)
        return reason


def find_category(symbols: Sequence[Symbol], kinds: Kinds) -> Category:
    """Return the category that the rules name; plain spam if none does."""
    fired = [symbol.name for symbol in symbols if symbol.is_against]
    for category, pattern in kinds:
        if any(pattern.search(name) for name in fired):
            return category
    return Category.SPAM
