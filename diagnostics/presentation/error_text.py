"""What a page shows of a pasted error message: what it says, means and leaves open."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _

from diagnostics.causes import CATALOGUE, next_check_text, title_and_remedy
from diagnostics.checks.evidence import Facts
from diagnostics.error_text import VANTAGE
from diagnostics.error_text_words import PROGRAMS, STAGES, codes, codes_mean
from diagnostics.models import Evidence

# The likeliest stand on the page, the others behind a line to open.
SHOWN = 4


@dataclass(frozen=True, slots=True)
class CauseOfText:
    """A cause that the text fits."""

    title: str
    remedy: str


@dataclass(frozen=True, slots=True)
class TextAnswer:
    """What one pasted text says."""

    tone: str
    icon: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    lines: tuple[str, ...]
    causes: tuple[CauseOfText, ...]
    more: tuple[CauseOfText, ...]
    next_check: str


def make_answers(evidence: list[Evidence]) -> tuple[TextAnswer, ...]:
    """Return the answers to all texts of a probe, the newest first."""
    texts = [item for item in evidence if item.vantage == VANTAGE]
    return tuple(_answer(item.facts, item.transcript) for item in reversed(texts))


def _answer(facts: Facts, lines: list[str]) -> TextAnswer:
    language = translation.get_language() or "de"
    causes = tuple(
        CauseOfText(*title_and_remedy(slug, language))
        for slug in facts.get("causes", ())
        if slug in CATALOGUE
    )
    tone, icon, sentence = _sentence(facts, len(causes))
    return TextAnswer(
        tone=tone,
        icon=icon,
        sentence=sentence,
        facts=tuple(_facts(facts)),
        lines=tuple(lines),
        causes=causes[:SHOWN],
        more=causes[SHOWN:],
        next_check=next_check_text(str(facts.get("next_check", "")), language),
    )


def _sentence(facts: Facts, count: int) -> tuple[str, str, str]:
    if facts.get("group") == "T-SENT":
        text = _("Diese Zeile sagt, dass die E-Mail zugestellt wurde.")
        return "is-good", "ok", text
    if not count:
        text = _(
            "Darin ist nichts, was wir kennen. Fügen Sie die Zeile mit dem Fehler und "
            "die Zeilen davor ein, oder prüfen Sie von Ihrem Server aus."
        )
        return "is-warn", "alert", text
    if count == 1:
        return "is-bad", "fail", _("Diese Meldung hat meist einen Grund:")
    text = _("Diese Meldung passt zu %(count)s Ursachen, die wahrscheinlichste zuerst:")
    return "is-bad", "fail", text % {"count": count}


def _facts(facts: Facts) -> list[tuple[str, str]]:
    said, means = codes(facts), codes_mean(facts)
    port = facts.get("port")
    host = str(facts.get("host") or facts.get("address") or "")
    found = [
        (_("Antwortcode"), f"{said}: {means}" if said and means else said),
        (_("Station"), str(STAGES.get(facts.get("stage", ""), ""))),
        (_("Server"), host),
        (_("Port"), str(port) if port else ""),
        (_("Geschrieben von"), str(PROGRAMS.get(facts.get("mta", ""), ""))),
    ]
    return [(name, text) for name, text in found if text]
