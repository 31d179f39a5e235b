"""Which verdicts people may report as wrong, and as what."""

from __future__ import annotations

from accounts.models.customers import Category
from quarantine.access.rights import Rights
from quarantine.filter_lessons import is_available
from quarantine.models import Hold, VerdictReport
from quarantine.states import State

Says = VerdictReport.Says
# Held for how it reads. Viruses, kinds of files and rules are not learned.
LEARNABLE = frozenset({Category.SPAM, Category.BULK, Category.PHISHING, Category.OTHER})


def may_report(hold: Hold, says: str, *, rights: Rights) -> bool:
    """Say whether the filter can learn that, and this person may tell it.

    That something is wanted says only who could release it: the filter learns it for
    everybody.
    """
    if not is_available() or hold.category not in LEARNABLE:
        return False
    if hold.state == State.EXPIRED or says not in Says.values:
        return False
    return rights.can_release if says == Says.HAM else rights.can_act
