"""What a rule is: phrases that a line holds, and the group that they mean."""

from typing import NamedTuple, Tuple

# Lines that say what is inside another one's "handshake failure" beat it.
VAGUE, USUAL, EXACT = 1, 2, 3


class Rule(NamedTuple):
    """All `phrases` (lower case) stand in the line, in any order.

    Plain words instead of patterns: no text makes the search slow. `causes` and
    `next_check` narrow the group where this text says more than its neighbours.
    """

    group: str
    phrases: Tuple[str, ...]
    stage: str = ""
    causes: Tuple[str, ...] = ()
    next_check: str = ""
    weight: int = USUAL
    mta: str = ""
