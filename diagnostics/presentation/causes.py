"""Causes as people read them: worded, weighed, the unlikely ones left out."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _

from diagnostics.causes import (
    CATALOGUE,
    CUSTOMER,
    PROVIDER,
    US,
    next_check_text,
    reason_text,
    title_and_remedy,
)
from diagnostics.verdicts import Finding

# A cause less likely than this beside a likely one is not worth a person's time.
SHOWN_CONFIDENCE = 0.1


@dataclass(frozen=True, slots=True)
class CauseShown:
    """One possible cause with what speaks for it."""

    slug: str
    title: str
    remedy: str
    who: str
    percent: int
    reasons: tuple[str, ...]
    next_check: str

    @property
    def is_ours(self) -> bool:
        """Say whether it is the operator who must act."""
        return CATALOGUE[self.slug].who == US


def who_acts(slug: str) -> str:
    """Return who must act, as a sentence."""
    who = CATALOGUE[slug].who
    if who == CUSTOMER:
        return _("Das können Sie selbst beheben.")
    if who == PROVIDER:
        return _("Das muss Ihr Internetanbieter beheben, oder Sie weichen aus.")
    return _("Das beheben wir.")


def make_causes(findings: list[Finding]) -> tuple[CauseShown, ...]:
    """Word the causes in the reader's language; those as likely as the first all."""
    first = findings[0].confidence if findings else 0.0
    language = translation.get_language() or "de"
    return tuple(
        CauseShown(
            finding.slug,
            *title_and_remedy(finding.slug, language),
            who=who_acts(finding.slug),
            percent=round(finding.confidence * 100),
            reasons=tuple(
                reason_text(reason.code, reason.values, language)
                for reason in finding.because
            ),
            next_check=next_check_text(finding.next_check, language),
        )
        for finding in findings
        if finding.confidence >= min(SHOWN_CONFIDENCE, first)
    )
