"""What happens to accounts when somebody does it."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts import audit, recovery, second_factor, sms, tasks, throttles
from accounts.enqueue import enqueue
from accounts.errors import (
    DomainTaken,
    FactorDemanded,
    FactorMissing,
    SmsUnavailable,
)
from accounts.identifiers import uuid7
from accounts.keyring import seal
from accounts.models import (
    Address,
    Customer,
    Domain,
    Membership,
    Policy,
    RecoverySheet,
    SmsCode,
    SmsDevice,
    SmsMessage,
    TotpDevice,
    User,
)
from accounts.models.devices import hash_number, seal_number
from accounts.phone_numbers import country_of, mask
from accounts.second_factor import Factor
from accounts.tenancy import Role

RESEND_SECONDS = 45
HOUR, DAY = 3600, 86400


def send_code(user: User, number: str, purpose: str, *, network: str) -> SmsMessage:
    """Queue a fresh code for the number; raise RateLimited or SmsUnavailable.

    The limits are what keeps SMS pumping from paying: per person, number, network,
    country, and a budget of the whole installation.
    """
    if not sms.is_available():
        raise SmsUnavailable
    person, country = str(user.pk), country_of(number)
    budget = settings.SMS_DAILY_BUDGET
    throttles.spend("sms.pause", person, limit=1, seconds=RESEND_SECONDS)
    throttles.spend("sms.person", person, limit=10, seconds=DAY)
    throttles.spend("sms.number.hour", number, limit=5, seconds=HOUR)
    throttles.spend("sms.number", number, limit=10, seconds=DAY)
    throttles.spend("sms.network", network, limit=30, seconds=HOUR)
    throttles.spend("sms.country", country, limit=max(budget // 2, 1), seconds=DAY)
    throttles.spend("sms.all", "", limit=budget, seconds=DAY)
    return _queue_code(user, number, purpose)


@transaction.atomic(durable=True)
def _queue_code(user: User, number: str, purpose: str) -> SmsMessage:
    code = f"{secrets.randbelow(10**6):06d}"
    SmsCode.issue(user, number, purpose, code)
    message = SmsMessage.objects.create(
        user=user,
        number_hash=hash_number(number),
        country=country_of(number),
        sealed=sms.seal_message(number, _code_text(user, code)),
    )
    enqueue(tasks.send_sms, message.pk)
    return message


def _code_text(user: User, code: str) -> str:
    """Return the SMS; its last line binds the code to our host, for autofill."""
    with translation.override(user.language or settings.LANGUAGE_CODE):
        text = gettext(
            "%(code)s ist Ihr Code für %(portal)s. Er gilt 5 Minuten. "
            "Geben Sie ihn niemandem weiter."
        ) % {"code": code, "portal": settings.PORTAL_NAME}
    host = settings.PORTAL_URL.split("://")[-1].split("/")[0].split(":")[0]
    return f"{text}\n\n@{host} #{code}"


@transaction.atomic(durable=True)
def enrol_app(user: User, secret: bytes, *, step: int) -> TotpDevice:
    """Keep the app's secret; the code of `step` that proved it is used up."""
    device: TotpDevice = TotpDevice.objects.create(
        user=user,
        name="app",
        confirmed=True,
        sealed_secret=seal(secret, purpose="totp"),
        last_step=step,
        last_used_at=timezone.now(),
    )
    _record(user, "factor.enrol", device, kind="app")
    _notify(user, "factor_added")
    return device


@transaction.atomic(durable=True)
def enrol_number(user: User, number: str) -> SmsDevice:
    """Keep a number that a code has proved; the same number is kept once."""
    device: SmsDevice = SmsDevice.objects.create(
        user=user,
        name="sms",
        confirmed=True,
        sealed_number=seal_number(number),
        number_hint=mask(number),
        last_used_at=timezone.now(),
    )
    _record(user, "factor.enrol", device, kind="sms")
    _notify(user, "factor_added")
    return device


@transaction.atomic(durable=True)
def rename_factor(user: User, factor: Factor, nickname: str) -> None:
    """Keep what the person calls one of their own factors; empty takes it back."""
    type(factor).objects.filter(pk=factor.pk, user=user).update(nickname=nickname)
    _record(user, "factor.rename", factor)


@transaction.atomic(durable=True)
def remove_factor(user: User, factor: Factor) -> None:
    """Remove one of the person's own; raise FactorDemanded if it must stay."""
    User.objects.select_for_update().get(pk=user.pk)
    demanded = second_factor.find_demand(user) is not None
    if demanded and len(second_factor.list_factors(user)) == 1:
        raise FactorDemanded(factor.pk)
    _record(user, "factor.remove", factor)
    factor.delete()
    if not second_factor.has_factor(user):
        RecoverySheet.objects.filter(user=user).delete()
    _notify(user, "factor_removed")


@transaction.atomic(durable=True)
def reset_factor(user: User, *, reason: str) -> int:
    """Take all second factors away, by the operator; return how many there were."""
    User.objects.select_for_update().get(pk=user.pk)
    factors = second_factor.list_factors(user)
    RecoverySheet.objects.filter(user=user).delete()
    TotpDevice.objects.filter(user=user).delete()
    SmsDevice.objects.filter(user=user).delete()
    SmsCode.objects.filter(user=user).delete()
    _record(user, "factor.reset", user, reason=reason, factors=len(factors))
    _notify(user, "factor_reset")
    return len(factors)


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
    _notify(user, "recovery_renewed")
    return codes


def _issue_codes(user: User) -> list[str]:
    if not second_factor.has_factor(user):
        raise FactorMissing(user.pk)
    codes = recovery.draw()
    sheet = RecoverySheet.issue(user, codes)
    _record(user, "recovery.issue", sheet, codes=len(codes))
    return codes


@transaction.atomic(durable=True)
def note_codes_kept(user: User) -> None:
    """Remember that the person has put the codes away."""
    RecoverySheet.objects.filter(user=user).update(kept_at=timezone.now())


@transaction.atomic(durable=True)
def note_code_used(user: User, sheet: RecoverySheet) -> None:
    """Write down, and tell the person, that a recovery code was accepted."""
    _record(user, "recovery.use", sheet, left=sheet.count_left())
    _notify(user, "recovery_used")


@transaction.atomic(durable=True)
def set_password(user: User, password: str, *, action: str) -> None:
    """Set a password; every other session of the person ends by it."""
    user.set_password(password)
    user.save(update_fields=["password"])
    _record(user, action, user)
    _notify(user, "password_changed")


def request_password_reset(email: str, *, network: str) -> None:
    """Mail the link if the address is somebody's; raise RateLimited.

    The same is done for an unknown address, so that neither answer nor time tells.
    """
    account = email.strip().lower()
    throttles.spend("reset.network", network, limit=20, seconds=HOUR)
    throttles.spend("reset", account, limit=3, seconds=HOUR)
    user = User.objects.filter(email=account, is_active=True).first()
    enqueue(tasks.send_password_reset, user.pk if user else uuid7())


@transaction.atomic(durable=True)
def note_sign_in(user: User, *, kind: str) -> None:
    """Write the log-in down; `kind` says with which factor."""
    _record(user, "auth.login", user, factor=kind)


@transaction.atomic(durable=True)
def note_failed_sign_in(email: str, *, step: str) -> None:
    """Write a refused password or code down; unknown addresses are not kept."""
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        audit.record_event("auth.failed", detail={"step": step})
    else:
        _record(user, "auth.failed", user, step=step)


@transaction.atomic(durable=True)
def note_sign_out(user: User) -> None:
    """Write the log-out down."""
    _record(user, "auth.logout", user)


def _record(user: User, action: str, subject: models.Model, **detail: object) -> None:
    """Record for the person's customer, so that its admin can read it."""
    membership = user.memberships.order_by("pk").first()
    audit.record_event(
        action,
        subject,
        user_id=user.pk,
        customer_id=membership.customer_id if membership else None,
        detail=detail,
    )


def _notify(user: User, notice: str) -> None:
    enqueue(tasks.send_notice, user.pk, notice, timezone.now().isoformat())


def send_invitation(user: User) -> None:
    """Mail the link to the first password, once the surrounding transaction commits."""
    enqueue(tasks.send_invitation, user.pk)


@transaction.atomic(durable=True)
def create_customer(name: str, domain: str, *, admin: str, next_hop: str) -> User:
    """Make a customer with a domain and its admin; raise DomainTaken.

    The operator vouches for the domain; the admin sets a password by link.
    """
    if Domain.objects.filter(name=domain).exists():
        raise DomainTaken(domain)
    customer = Customer.objects.create(name=name)
    Policy.objects.create(customer=customer)
    own = Domain.objects.create(
        customer=customer,
        name=domain,
        verified_at=timezone.now(),
        next_hop_host=next_hop,
    )
    Address.objects.create(customer=customer, domain=own, local_part="")
    email = admin.strip().lower()
    person = User.objects.filter(email=email).first()
    person = person or User.objects.create_user(email)
    Membership.objects.create(customer=customer, user=person, role=Role.ADMIN)
    audit.record_event("customer.create", customer, customer_id=customer.pk)
    return person
