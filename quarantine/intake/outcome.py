"""What becomes of a message for one recipient: held or let go on, and why."""

from __future__ import annotations

from dataclasses import dataclass

from quarantine.intake.recipients import Place
from quarantine.intake.rspamd import without_map
from quarantine.intake.rules import BLOCK, Rule
from quarantine.intake.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided, on whose word."""

    verdict: Verdict
    reason: dict[str, object]
    is_held: bool
    # The rule that turned the scales.
    rule: Rule | None = None


def decide(verdict: Verdict, place: Place, rule: Rule | None) -> Outcome:
    """Weigh the filter's verdict, the policy and the sender rule.

    A blocked sender is held, whatever the policy lets pass. What only other recipients
    have blocked is judged as if they had not.
    """
    if rule is not None and rule.verb == BLOCK:
        reason = verdict.as_reason() | {"rule": rule.as_reason()}
        return Outcome(verdict, reason, is_held=True, rule=rule)
    bare = without_map(verdict)
    if bare is not verdict and bare.is_clean:
        return Outcome(bare, {"filter": "clean"}, is_held=False)
    if not (bare.must_hold or place.policy.holds(bare.category)):
        return Outcome(bare, {"filter": "policy"}, is_held=False)
    if rule is not None:
        told: dict[str, object] = {"filter": "rule", "rule": rule.as_reason()}
        return Outcome(bare, told, is_held=False, rule=rule)
    return Outcome(bare, bare.as_reason(), is_held=True)
