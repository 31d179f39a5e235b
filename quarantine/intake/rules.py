"""What the sender rules say of a message, for each recipient by itself.

Which sender a rule is compared with, and when an allowed one does not count, is
decided in docs/decisions/0014.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.utils import getaddresses
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from accounts.domain_names import registrable_part
from accounts.models.customers import Category
from accounts.release_floor import Way, way_of
from accounts.tenancy import Role
from quarantine.intake.authentication import Check
from quarantine.intake.filters import Arrival
from quarantine.intake.recipients import Place
from quarantine.models import SenderRule
from quarantine.sender_patterns import list_patterns

# No rule lets these on: what they bring harms, whoever sent it.
NEVER_ALLOWED = frozenset((Category.VIRUS, Category.ATTACHMENT))
# These only where the sender is proved to be who they say.
PROOF_NEEDED = frozenset((Category.PHISHING,))
BLOCK = SenderRule.Verb.BLOCK.value


class Rule(NamedTuple):
    """What intake needs of a SenderRule."""

    pk: UUID
    verb: str
    pattern: str
    customer_id: UUID
    owner_id: UUID | None
    domain_id: UUID | None

    def as_reason(self) -> dict[str, str]:
        """Return it as Hold.reason keeps it."""
        scope = "person" if self.owner_id else "domain" if self.domain_id else "all"
        return {
            "id": str(self.pk),
            "verb": self.verb,
            "pattern": self.pattern,
            "scope": scope,
        }


@dataclass(frozen=True, slots=True)
class Senders:
    """The two who may be meant: of the envelope, and whom people read in From."""

    envelope: tuple[str, ...]
    header: tuple[str, ...]

    @classmethod
    def of(cls, arrival: Arrival) -> Senders:
        """Read both."""
        return cls(
            list_patterns(arrival.transaction.sender.address),
            list_patterns(arrival.section.get_mailbox().address),
        )


class Rules:
    """The rules that may be about some messages, by customer and pattern."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self._rules: dict[tuple[UUID, str], list[Rule]] = defaultdict(list)
        for rule in rules:
            self._rules[rule.customer_id, rule.pattern].append(rule)

    @classmethod
    def find(cls, customers: Iterable[UUID], senders: Iterable[Senders]) -> Rules:
        """Look up what a whole batch needs, in one read."""
        patterns = {p for each in senders for p in (*each.envelope, *each.header)}
        served = set(customers)
        if not patterns or not served:
            return cls()
        running = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        found = SenderRule.objects.filter(
            running, pattern__in=patterns, customer_id__in=served, removed_at=None
        )
        return cls(Rule(*row) for row in found.values_list(*Rule._fields))

    def judge(self, arrival: Arrival, senders: Senders, place: Place) -> Rule | None:
        """Return the rule that decides for this recipient; None if none does.

        Person and customer are asked separately, of each the narrowest rule counts;
        a no of either holds.
        """
        if not self._rules:
            return None
        met = self._list_met(senders, place)
        counted = [
            rule
            for rule in met
            if rule.verb == BLOCK or _may_allow(rule, arrival, senders, place)
        ]
        own = next((rule for rule in counted if rule.owner_id), None)
        house = next((rule for rule in counted if not rule.owner_id), None)
        voices = [rule for rule in (own, house) if rule]
        return next(
            (r for r in voices if r.verb == BLOCK), voices[0] if voices else None
        )

    def _list_met(self, senders: Senders, place: Place) -> list[Rule]:
        """Return the rules that are about sender and recipient, the narrowest first."""
        domains = (None, place.domain.pk, place.domain.alias_of_id)
        met: dict[UUID, tuple[int, Rule]] = {}
        for patterns in (senders.header, senders.envelope):
            for width, pattern in enumerate(patterns):
                for rule in self._rules.get((place.domain.customer_id, pattern), ()):
                    is_mine = rule.domain_id in domains and (
                        rule.owner_id is None or rule.owner_id == place.owner_id
                    )
                    if is_mine:
                        met.setdefault(rule.pk, (width, rule))
        ordered = sorted(
            met.values(),
            key=lambda each: (
                each[0],
                each[1].domain_id is None,
                each[1].verb != BLOCK,
            ),
        )
        return [rule for _, rule in ordered]


def _may_allow(rule: Rule, arrival: Arrival, senders: Senders, place: Place) -> bool:
    """Whether it may let mail of this category go on, and no known forgery."""
    category = arrival.verdict.category
    if arrival.verdict.must_hold or category in NEVER_ALLOWED:
        return False
    is_proved = _result(arrival.checks, "dmarc") == "pass" and _is_about(
        arrival.checks, senders
    )
    if category in PROOF_NEEDED and not (is_proved and rule.pattern in senders.header):
        return False
    if rule.owner_id and not _is_left_to_members(category, place):
        return False
    return _is_believed(rule, arrival, senders)


def _is_left_to_members(category: Category, place: Place) -> bool:
    """Whether a person may release such mail by one click; a list asks for none."""
    is_free = way_of(Role.MEMBER, category) == Way.BY_POLICY
    return is_free and category in place.policy.member_categories


def _is_believed(rule: Rule, arrival: Arrival, senders: Senders) -> bool:
    """Whether nothing says that the allowed sender is forged."""
    checks = arrival.checks
    if not checks:
        # Where the filter is said to look, a sender may have spoiled what it found.
        return not settings.INTAKE_AUTHSERV_ID
    spf = _result(checks, "spf")
    if _result(checks, "dmarc") == "fail" or not _is_about(checks, senders):
        return False
    if rule.pattern not in senders.header:
        # Nobody reads the envelope: it must be confirmed.
        return spf == "pass"
    if not _has_one_author(arrival):
        return False
    if spf not in {"fail", "softfail"} or not senders.envelope:
        return True
    # SPF speaks of the envelope's domain; a signature may still speak for From's.
    shown = senders.header[1]
    is_other = registrable_part(senders.envelope[1]) != registrable_part(shown)
    return is_other or _is_signed(checks, shown)


def _is_about(checks: Sequence[Check], senders: Senders) -> bool:
    """Whether DMARC speaks of the author whom we read, if it names any.

    Else the filter has read another one in From than we have.
    """
    named = {c.domain for c in checks if c.method == "dmarc" and c.domain}
    shown = registrable_part(senders.header[1]) if senders.header else ""
    return all(registrable_part(name) == shown for name in named)


def _result(checks: Sequence[Check], method: str) -> str:
    return next((check.result for check in checks if check.method == method), "")


def _is_signed(checks: Sequence[Check], name: str) -> bool:
    """Whether a DKIM signature of the sender's own domain holds."""
    return any(
        check.method == "dkim"
        and check.result == "pass"
        and registrable_part(check.domain) == registrable_part(name)
        for check in checks
    )


def _has_one_author(arrival: Arrival) -> bool:
    """Whether From stands once and names one: else who is shown is anybody's guess."""
    fields = arrival.section.find_all("from")
    return len(fields) == 1 and len(getaddresses([fields[0][1]])) == 1
