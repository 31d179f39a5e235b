"""Who may release which category at all, whatever a policy says.

The one table for it: a policy gives members no more than `BY_POLICY` leaves open, and
nobody gets malware by a single click. See docs/decisions/0018.
"""

from __future__ import annotations

from enum import StrEnum

from accounts.models.customers import Category
from accounts.tenancy import Role


class Way(StrEnum):
    """How a role comes to release mail of a category."""

    NEVER = "never"
    # Where the policy says so, without or with a proof of the last minutes.
    BY_POLICY = "by_policy"
    BY_POLICY_PROVED = "by_policy_proved"
    FREELY = "freely"
    PROVED = "proved"
    # With a proof, and after saying that one knows what it is.
    CONFIRMED = "confirmed"


POLICY_DECIDES = frozenset({Way.BY_POLICY, Way.BY_POLICY_PROVED})
NEED_PROOF = frozenset({Way.BY_POLICY_PROVED, Way.PROVED, Way.CONFIRMED})

FLOOR: dict[str, dict[str, Way]] = {
    Role.MEMBER: {
        Category.SPAM: Way.BY_POLICY,
        Category.BULK: Way.BY_POLICY,
        Category.PHISHING: Way.BY_POLICY_PROVED,
        Category.VIRUS: Way.NEVER,
        Category.ATTACHMENT: Way.BY_POLICY,
        Category.POLICY: Way.BY_POLICY,
        Category.OTHER: Way.BY_POLICY,
    },
    Role.ADMIN: {
        Category.SPAM: Way.FREELY,
        Category.BULK: Way.FREELY,
        Category.PHISHING: Way.PROVED,
        Category.VIRUS: Way.CONFIRMED,
        Category.ATTACHMENT: Way.FREELY,
        Category.POLICY: Way.FREELY,
        Category.OTHER: Way.FREELY,
    },
}


def way_of(role: str, category: str) -> Way:
    """Return how the role releases the category; never, where nothing is written."""
    return FLOOR.get(role, {}).get(category, Way.NEVER)


def left_to_policy() -> list[Category]:
    """Return the categories that a policy may let members release."""
    return [it for it in Category if way_of(Role.MEMBER, it) in POLICY_DECIDES]
