"""Judges a broken network from each end and from all, and holds that to the fault."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from diagnostics.causes import next_check_text
from diagnostics.errors import ReportUnreadable
from diagnostics.verdicts.together import View, judge_together
from tests.lab.configured import Configured
from tests.lab.lab import Lab
from tests.lab.looks import look
from tests.lab.topology import CommandFailed

SURE = 0.5  # above it a wrong cause leads people astray


class Result(StrEnum):
    """How well the causes fit what was broken."""

    FIRST = "first"
    GROUP = "group"
    LISTED = "listed"
    NOT_NAMED = "not named"


@dataclass(frozen=True, slots=True)
class Named:
    """A cause that the probe named."""

    slug: str
    confidence: float
    next_check: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """What the probe said: its causes, most likely first, and how long it took."""

    causes: tuple[Named, ...]
    seconds: float
    error: str = ""
    statuses: tuple[str, ...] = ()

    def result(self, slug: str) -> Result:
        """Return how well the causes fit; a group shares the first one's confidence."""
        by_slug = {cause.slug: cause.confidence for cause in self.causes}
        if slug not in by_slug:
            return Result.NOT_NAMED
        if self.causes[0].slug == slug:
            tied = [c for c in self.causes if c.confidence == by_slug[slug]]
            return Result.GROUP if len(tied) > 1 else Result.FIRST
        is_tied = by_slug[slug] == self.causes[0].confidence
        return Result.GROUP if is_tied else Result.LISTED

    def is_misled(self, slug: str) -> bool:
        """Say whether a wrong cause stands first and sounds sure."""
        first = self.causes[0] if self.causes else Named(slug, 0.0)
        return first.slug != slug and first.confidence > SURE


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What each end alone, and all of them together, make of one fault."""

    agent: Observation
    text: Observation
    log: Observation
    together: Observation
    said: str = ""

    @property
    def error(self) -> str:
        """Return what went wrong in the lab itself."""
        return self.together.error


def observe(lab: Lab, configured: Configured) -> Verdicts:
    """Look from every end and judge."""
    since = time.monotonic()
    try:
        seen = look(lab, configured)
    except (CommandFailed, ReportUnreadable, OSError) as error:
        broken = Observation((), time.monotonic() - since, error=str(error)[-300:])
        return Verdicts(broken, broken, broken, broken)
    seconds = time.monotonic() - since
    if not (seen.agent.evidence and seen.server.evidence):
        broken = Observation((), seconds, error="an end has not looked")
        return Verdicts(broken, broken, broken, broken)
    return Verdicts(
        agent=_judged([seen.agent]),
        text=_judged([seen.text]),
        log=_judged([seen.log]),
        together=_judged(seen.views(), seconds),
        said=seen.said,
    )


def _judged(views: Sequence[View], seconds: float = 0.0) -> Observation:
    """Return the causes as `judge` names them."""
    causes = [
        Named(one.slug, one.confidence, next_check_text(one.next_check, "en"))
        for one in judge_together(list(views))
    ]
    failed = [
        f"{view.vantage} {item.check} {item.subject}: {item.facts}"[:1200]
        for view in views
        for item in view.evidence
        if item.status == "failed" or item.check == "scanner_session"
    ]
    return Observation(tuple(causes), seconds, statuses=tuple(failed))
