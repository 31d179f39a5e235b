"""The second factor: what a person has, and what a session has proved.

The session holds when its person last proved themselves and by what (`PROOF_KEY`);
django-otp holds which device verified it.
"""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

import django_otp
from django.conf import settings
from django.contrib.auth import authenticate
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from accounts import browsers, sessions, throttles
from accounts.models import (
    PasskeyDevice,
    RecoverySheet,
    SmsDevice,
    TotpDevice,
    User,
)
from accounts.passkeys import Answer, hash_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

PROOF_KEY = "proof"
BINDING_KEY = "sms_binding"
BY_FACTOR, BY_PASSWORD = "factor", "password"

Factor = PasskeyDevice | TotpDevice | SmsDevice
# Recovery codes let in like a factor, but only beside one: they are none themselves.
Way = Factor | RecoverySheet


def list_factors(user: User) -> list[Factor]:
    """Return the person's confirmed devices, the one to ask for first on top."""
    apps = TotpDevice.objects.filter(user=user, confirmed=True).order_by("pk")
    numbers = SmsDevice.objects.filter(user=user, confirmed=True).order_by("pk")
    return [*list_passkeys(user), *apps, *numbers]


def list_passkeys(user: User) -> list[PasskeyDevice]:
    """Return the person's passkeys."""
    return [*PasskeyDevice.objects.filter(user=user, confirmed=True).order_by("pk")]


def find_passkey(user: User, credential_id: bytes) -> PasskeyDevice | None:
    """Return the person's own passkey of that id, None if it is not theirs."""
    mine = PasskeyDevice.objects.filter(user=user, confirmed=True)
    found: PasskeyDevice | None = mine.filter(
        credential_hash=hash_id(credential_id)
    ).first()
    return found


def find_factor(user: User, persistent_id: str) -> Factor | None:
    """Return the person's own confirmed device of that id, None if it is not theirs."""
    for factor in list_factors(user):
        if factor.persistent_id == persistent_id:
            return factor
    return None


def find_sheet(user: User) -> RecoverySheet | None:
    """Return the person's recovery codes, None if there never were any."""
    sheet: RecoverySheet | None = RecoverySheet.objects.filter(user=user).first()
    return sheet


def list_ways(user: User) -> list[Way]:
    """Return by what the person can prove themselves: factors, then unused codes."""
    factors = list_factors(user)
    sheet = find_sheet(user) if factors else None
    if sheet is None or not sheet.count_left():
        return [*factors]
    return [*factors, sheet]


def choose_way(user: User, persistent_id: str) -> Way | None:
    """Return the wanted device, else the first one, None if the person has none."""
    ways = list_ways(user)
    wanted = [way for way in ways if way.persistent_id == persistent_id]
    return next(iter(wanted + ways), None)


def list_others(user: User, way: Way | None) -> list[Way]:
    """Return the other ways; of passkeys one, for the browser asks for all of them."""
    others: list[Way] = []
    for other in list_ways(user):
        same_kind = [isinstance(known, PasskeyDevice) for known in (way, *others)]
        if other != way and not (isinstance(other, PasskeyDevice) and any(same_kind)):
            others.append(other)
    return others


def has_factor(user: User) -> bool:
    """Say whether the person has a confirmed device; one query."""
    return holders().filter(pk=user.pk).exists()


def find_holders(user_ids: Iterable[UUID]) -> set[UUID]:
    """Return which of these people have a confirmed device; one query."""
    mine = holders().filter(pk__in=list(user_ids))
    return set(mine.values_list("pk", flat=True))


def holders() -> QuerySet[User]:
    """Return who has a confirmed device."""
    app = TotpDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
    number = SmsDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
    passkey = PasskeyDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
    return User.objects.filter(Exists(app) | Exists(number) | Exists(passkey))


def is_verified(request: HttpRequest) -> bool:
    """Say whether a second factor verified this very session.

    Also right after a log-in, whose user django-otp's middleware has not seen yet.
    """
    return getattr(request.user, "otp_device", None) is not None


def bind_code(request: HttpRequest) -> str:
    """Return what stands for this session where a code by SMS is asked for."""
    binding: str = request.session.setdefault(BINDING_KEY, secrets.token_urlsafe(16))
    return binding


def binding_of(request: HttpRequest) -> str:
    """Return the same, empty if the session never asked for a code."""
    binding: str = request.session.get(BINDING_KEY, "")
    return binding


def verify_code(
    factor: Way,
    code: str | Answer,
    request: HttpRequest,
    *,
    use: Callable[[str | Answer], bool] | None = None,
) -> bool:
    """Use a code or a passkey's answer up: the one way that either is tried.

    Raise RateLimited after too many, PasskeyRefused for a passkey that does not count.
    `use` does more than the device alone: what must stand or fall with the use.
    """
    if isinstance(factor, SmsDevice):
        factor.binding = binding_of(request)
    network, person = throttles.client_network(request), str(factor.user_id)
    browser = browsers.name_known(request, factor.user.email)
    throttles.count_try("code", person, network, browser)
    if not (use or factor.verify_token)(code):
        return False
    throttles.note_right("code", person, network, browser)
    return True


def verify_password(user: User, password: str, request: HttpRequest) -> bool:
    """Try the password again, under the limits of the log-in; raise RateLimited."""
    return authenticate(request, username=user.email, password=password) == user


def elevate(request: HttpRequest, factor: Way) -> None:
    """Mark the session as verified by the device, under a new session key."""
    request.session.cycle_key()
    django_otp.login(request, factor)
    sessions.note_factor(request, factor.name)
    note_proof(request)


def keep_verified(request: HttpRequest) -> None:
    """Let the session go on whose recovery sheet has just been replaced."""
    user: User = request.user  # type: ignore[assignment]  # logged in
    if isinstance(getattr(user, "otp_device", None), RecoverySheet):
        django_otp.login(request, find_sheet(user))


def renew_proof(request: HttpRequest) -> None:
    """Note a proof by password in a session that goes on, under a new session key."""
    request.session.cycle_key()
    note_proof(request)


def note_proof(request: HttpRequest) -> None:
    """Remember that the person has just proved themselves as well as they can."""
    by = BY_FACTOR if is_verified(request) else BY_PASSWORD
    request.session[PROOF_KEY] = {"at": int(time.time()), "by": by}


def has_fresh_proof(request: HttpRequest) -> bool:
    """Say whether the person proved themselves within the step-up time.

    Whoever has a second factor must have proved that; the password alone is not enough.
    A recovery code is proof enough, so that whoever lost the phone can replace it
    alone: no guess finds one, it works once, and its use is told by mail.
    """
    proof = request.session.get(PROOF_KEY, {})
    age = time.time() - proof.get("at", 0)
    if not 0 <= age <= settings.STEP_UP_SECONDS:
        return False
    return proof["by"] == BY_FACTOR or not has_factor(request.user)  # type: ignore[arg-type]
