"""Evidence → ranked causes; pure, so that stored evidence can be judged again."""

from typing import Dict, List, Sequence

from diagnostics.checks.evidence import Evidence
from diagnostics.verdicts.encryption import about_encryption
from diagnostics.verdicts.envelope import about_envelope
from diagnostics.verdicts.finding import Finding, Reason
from diagnostics.verdicts.flow import about_flow, without_chance
from diagnostics.verdicts.login import about_login
from diagnostics.verdicts.mta_settings import about_mta
from diagnostics.verdicts.path import about_path, is_cut_off, is_slow
from diagnostics.verdicts.scene import SERVER, STAGES, Line, Scene
from diagnostics.verdicts.session import about_session
from diagnostics.verdicts.settings_and_names import about_names, about_settings

__all__ = ["Finding", "judge"]


def judge(evidence: Sequence[Evidence], vantage: str = SERVER) -> List[Finding]:
    """Return the causes, most likely first; empty when healthy.

    What the evidence cannot tell apart is listed together, with the same `next_check`.
    """
    scene = Scene(evidence, vantage)
    path = about_path(scene)
    # Where literal addresses are as silent or as slow, names are not the matter.
    cut_off, slow = is_cut_off(scene), is_slow(scene)
    names = [] if cut_off or slow else about_names(scene)
    found = about_settings(scene) + names + path
    line = scene.main_line()
    # At another server than ours a session says nothing about ours.
    if line is not None and line.is_open and not scene.foreign_lines:
        for rule in (about_session, about_encryption, about_login, about_envelope):
            judged = rule(scene, line)
            found += judged
            if judged:
                break
    found = without_chance(found + about_flow(scene) + about_mta(scene))
    unfinished = not scene.is_through and not scene.is_by_hand
    if not found and line is not None and unfinished:
        found = _unfinished(line)
    best: Dict[str, Finding] = {}
    for finding in found:
        known = best.get(finding.slug)
        if known is None or known.confidence < finding.confidence:
            best[finding.slug] = finding
    return sorted(best.values(), key=lambda one: -one.confidence)


def _unfinished(line: Line) -> List[Finding]:
    """Nothing failed and yet nothing got through: the time was up."""
    reached = [stage for stage in STAGES if line.status(stage)]
    values = {"port": line.port, "stage": reached[-1]}
    return [Finding("high-latency", 0.4, (Reason("unfinished", values),), "later")]
