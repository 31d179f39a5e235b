"""What SpamAssassin says of a message in X-Spam-Status, by itself or within amavisd."""

from __future__ import annotations

import re

from accounts.models.customers import Category
from quarantine.intake.headers import Section
from quarantine.intake.verdict import SYMBOLS_MAX, Symbol, Verdict, find_category

NUMBER = r"-?\d{1,6}(?:\.\d{1,6})?"
# "score=x" is amavisd's for "not looked at", "1.5..3" for recipients that differ.
SCORE = re.compile(rf"\bscore=(?:{NUMBER}\.\.)?({NUMBER})(?![\d.])")
REQUIRED = re.compile(rf"\b(?:required|kill)=({NUMBER})")
TESTS = re.compile(r"\btests=\[?([A-Z0-9_=.,\s-]*)")
TEST = re.compile(rf"\b([A-Z_][A-Z0-9_]{{1,79}})(?:=({NUMBER}))?(?=[,\s]|$)")
KINDS: tuple[tuple[Category, re.Pattern[str]], ...] = (
    (Category.VIRUS, re.compile(r"^CLAMAV|MALWARE|^AV_")),
    (Category.PHISHING, re.compile(r"PHISH|SPOOF")),
    (Category.ATTACHMENT, re.compile(r"^OLEMACRO|OBFU_\w*ATTACH|^MIME_SUSPECT_NAME")),
    (Category.POLICY, re.compile(r"^USER_IN_BL(OCK|ACK)LIST|^DMARC_(REJECT|QUAR)")),
    (Category.BULK, re.compile(r"NEWSLETTER|_BULK$")),
)


def read_spamassassin(section: Section) -> Verdict | None:
    """Read the first X-Spam-Status, for a listener that SpamAssassin stands before.

    The field names no transaction: a sender can write the same. The filter replaces the
    first one of the name, or adds the only one.
    """
    return read_status("spamassassin", section.get_raw("x-spam-status"))


def read_status(filter_name: str, status: str) -> Verdict | None:
    """Read a status field; None if it is none."""
    if not status.startswith(("Yes", "No")):
        return None
    score, required = SCORE.search(status), REQUIRED.search(status)
    symbols = _symbols(status)
    is_spam = status.startswith("Yes")
    return Verdict(
        filter_name,
        float(score[1]) if score else None,
        float(required[1]) if required else None,
        tuple(symbols),
        find_category(symbols, KINDS) if is_spam else Category.OTHER,
    )


def _symbols(status: str) -> list[Symbol]:
    tests = TESTS.search(status)
    if tests is None:
        return []
    # Without brackets the list ends where the next key begins; keys are lower case.
    found = TEST.finditer(tests[1])
    symbols = [Symbol(m[1], float(m[2]) if m[2] else None) for m in found]
    return symbols[:SYMBOLS_MAX]
