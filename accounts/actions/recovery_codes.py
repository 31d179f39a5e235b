"""Recovery codes: issued, put away, used."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts import recovery, second_factor
from accounts.actions.history import notify, record_for
from accounts.errors import (
    FactorMissing,
)
from accounts.models import (
    RecoverySheet,
    User,
)


@transaction.atomic(durable=True)
def issue_first_codes(user: User) -> list[str]:
    """Return recovery codes for whoever has none yet, else an empty list."""
    User.objects.select_for_update().get(pk=user.pk)
    if second_factor.find_sheet(user) is not None:
        return []
    return _issue_codes(user)


@transaction.atomic(durable=True)
def renew_codes(user: User) -> list[str]:
    """Return new recovery codes, the old ones die; raise FactorMissing.

    The codes are in this answer and nowhere else: what is kept are hashes.
    """
    User.objects.select_for_update().get(pk=user.pk)
    codes = _issue_codes(user)
    notify(user, "recovery_renewed")
    return codes


def _issue_codes(user: User) -> list[str]:
    if not second_factor.has_factor(user):
        raise FactorMissing(user.pk)
    codes = recovery.draw()
    sheet = RecoverySheet.issue(user, codes)
    record_for(user, "recovery.issue", sheet, codes=len(codes))
    return codes


@transaction.atomic(durable=True)
def note_codes_kept(user: User) -> None:
    """Remember that the person has put the codes away."""
    RecoverySheet.objects.filter(user=user).update(kept_at=timezone.now())


@transaction.atomic(durable=True)
def use_code(user: User, sheet: RecoverySheet, code: str) -> bool:
    """Use a recovery code up, write it down, tell the person; say whether it was right.

    One transaction: no code is burnt of which nobody knows.
    """
    if not sheet.verify_token(code):
        return False
    record_for(user, "recovery.use", sheet, left=sheet.count_left())
    notify(user, "recovery_used")
    return True
