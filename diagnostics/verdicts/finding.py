"""What a rule says: a cause, how sure, why, and what would tell more."""

from typing import Any, Dict, List, NamedTuple, Tuple


class Reason(NamedTuple):
    """Why, as a code with values: the wording stands in `causes`, in four languages."""

    code: str
    values: Dict[str, Any] = {}


class Finding(NamedTuple):
    """One possible cause; `next_check` is the code of what splits it from others."""

    slug: str
    confidence: float
    because: Tuple[Reason, ...]
    next_check: str = ""


def group(
    shares: Dict[str, float], because: Tuple[Reason, ...], next_check: str
) -> List[Finding]:
    """Return causes the evidence cannot tell apart: equal shares, likelier first."""
    return [
        Finding(slug, confidence, because, next_check)
        for slug, confidence in shares.items()
    ]
