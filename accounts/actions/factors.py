"""Second factors: kept, named, removed, reset."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import second_factor, sessions
from accounts.actions.history import notify, record_for
from accounts.errors import (
    FactorDemanded,
)
from accounts.factor_demand import find_demand
from accounts.keyring import seal
from accounts.models import (
    PasskeyDevice,
    RecoverySheet,
    SmsCode,
    SmsDevice,
    TotpDevice,
    User,
)
from accounts.models.devices import seal_number
from accounts.phone_numbers import mask
from accounts.second_factor import Factor


@transaction.atomic(durable=True)
def enrol_app(
    user: User, secret: bytes, *, step: int, nickname: str = ""
) -> TotpDevice:
    """Keep the app's secret; the code of `step` that proved it is used up."""
    device: TotpDevice = TotpDevice.objects.create(
        user=user,
        name="app",
        confirmed=True,
        sealed_secret=seal(secret, purpose="totp"),
        last_step=step,
        nickname=nickname,
        last_used_at=timezone.now(),
    )
    record_for(user, "factor.enrol", device, kind="app")
    notify(user, "factor_added")
    return device


@transaction.atomic(durable=True)
def enrol_number(user: User, number: str, *, nickname: str = "") -> SmsDevice:
    """Keep a number that a code has proved; the same number is kept once."""
    device: SmsDevice = SmsDevice.objects.create(
        user=user,
        name="sms",
        confirmed=True,
        sealed_number=seal_number(number),
        number_hint=mask(number),
        nickname=nickname,
        last_used_at=timezone.now(),
    )
    record_for(user, "factor.enrol", device, kind="sms")
    notify(user, "factor_added")
    return device


@transaction.atomic(durable=True)
def rename_factor(user: User, factor: Factor, nickname: str) -> None:
    """Keep what the person calls one of their own factors; empty takes it back."""
    type(factor).objects.filter(pk=factor.pk, user=user).update(nickname=nickname)
    record_for(user, "factor.rename", factor)


@transaction.atomic(durable=True)
def remove_factor(user: User, factor: Factor, *, keep: UUID | None = None) -> None:
    """Remove one of the person's own; raise FactorDemanded if it must stay.

    All log-ins but the one to keep end, and no browser is trusted any more.
    """
    User.objects.select_for_update().get(pk=user.pk)
    demanded = find_demand(user) is not None
    if demanded and len(second_factor.list_factors(user)) == 1:
        raise FactorDemanded(factor.pk)
    record_for(user, "factor.remove", factor)
    factor.delete()
    if not second_factor.has_factor(user):
        RecoverySheet.objects.filter(user=user).delete()
    sessions.end(user, keep=keep)
    notify(user, "factor_removed")


@transaction.atomic(durable=True)
def reset_factor(user: User, *, reason: str) -> int:
    """Take all second factors away, by the operator; return how many there were."""
    User.objects.select_for_update().get(pk=user.pk)
    count = take_all(user)
    record_for(user, "factor.reset", user, reason=reason, factors=count)
    notify(user, "factor_reset")
    return count


def take_all(user: User) -> int:
    """Delete what proves the person, end their log-ins; return how many factors.

    Call it inside the action's transaction, the person's row locked.
    """
    factors = second_factor.list_factors(user)
    RecoverySheet.objects.filter(user=user).delete()
    PasskeyDevice.objects.filter(user=user).delete()
    TotpDevice.objects.filter(user=user).delete()
    SmsDevice.objects.filter(user=user).delete()
    SmsCode.objects.filter(user=user).delete()
    sessions.end(user)
    return len(factors)
