"""Judges the stored evidence of a probe afresh, as many times as anybody likes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from diagnostics.access.scanner_sessions import list_sessions_for
from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.models import Evidence, Probe
from diagnostics.verdicts import Finding
from diagnostics.verdicts.together import (
    LOG,
    VANTAGES,
    View,
    judge_together,
    vantages_that_looked,
)
from diagnostics.verdicts.told_by_log import tell_logins


def by_vantage(evidence: Iterable[Evidence]) -> dict[str, list[Observation]]:
    """Return what each end saw, in the order in which it came."""
    found: dict[str, list[Observation]] = {}
    for item in evidence:
        found.setdefault(item.vantage, []).append(item.as_observation())
    return found


def views_of(
    evidence: Iterable[Evidence], sessions: Sequence[Observation] = ()
) -> list[View]:
    """Return what each end saw, to be judged together.

    `sessions` are what the mail server did at the scanner without a probe. With a probe
    stand its own sessions: no mail server's among them says nothing.
    """
    seen = by_vantage(evidence)
    if sessions:
        seen.setdefault(LOG, []).extend(sessions)
    ends = [end for end in VANTAGES if end in seen]
    views = [View(end, seen[end], is_whole=end != LOG) for end in ends]
    return tell_logins(views)


def ends_that_looked(
    evidence: Iterable[Evidence], sessions: Sequence[Observation] = ()
) -> list[str]:
    """Return the vantages there is evidence of."""
    return vantages_that_looked(views_of(evidence, sessions))


def judge_evidence(
    evidence: Iterable[Evidence], sessions: Sequence[Observation] = ()
) -> list[Finding]:
    """Return the causes that all ends together leave of a probe's evidence."""
    return judge_together(views_of(evidence, sessions))


def judge_stored(probe: Probe) -> list[Finding]:
    """Return the causes that today's rules find in the probe's evidence."""
    return judge_evidence(probe.evidence.order_by("ordinal"), list_sessions_for(probe))


@transaction.atomic(durable=True)
def note_first_cause(probe: Probe) -> None:
    """Keep the likeliest cause of an ended probe for lists: an end has looked since."""
    causes = judge_stored(probe)
    ended = Probe.objects.filter(pk=probe.pk).exclude(state__in=Probe.UNFINISHED)
    ended.update(first_cause=causes[0].slug if causes else "")


def as_plain(findings: list[Finding]) -> list[dict[str, Any]]:
    """Return slug and confidence of each, to be stored and compared."""
    return [
        {"slug": one.slug, "confidence": round(one.confidence, 3)} for one in findings
    ]
