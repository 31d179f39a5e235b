"""A code by SMS, within the limits that keep SMS pumping from paying."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from accounts import audit, sms, sms_gateways, tasks, throttles
from accounts.access.people import list_operators
from accounts.actions.history import notify
from accounts.enqueue import enqueue
from accounts.errors import CodesUsedUp, CodeTooSoon, RateLimited, SmsUnavailable
from accounts.models import SmsCode, SmsMessage, User
from accounts.models.devices import hash_number
from accounts.phone_numbers import country_of

RESEND_SECONDS = 45
HOUR, DAY = 3600, 86400
# Parts of the day's budget at whose use the operators are told, in percent.
ALERTS = (80, 100)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many in so many seconds; and how it is said that no more are left."""

    scope: str
    subject: str
    limit: int
    seconds: int
    refusal: Callable[[int], Exception]

    def check(self) -> None:
        """Raise the refusal while none is left; use nothing."""
        wait = throttles.seconds_left(
            self.scope, self.subject, limit=self.limit, seconds=self.seconds
        )
        if wait:
            raise self.refusal(wait)

    def spend(self) -> int:
        """Use one; return how many are used, or raise the refusal."""
        try:
            return throttles.spend(
                self.scope, self.subject, limit=self.limit, seconds=self.seconds
            )
        except RateLimited as error:
            raise self.refusal(error.retry_after) from error


def send_code(
    user: User, number: str, purpose: str, *, network: str, binding: str = ""
) -> SmsMessage:
    """Queue a fresh code for the number; raise RateLimited or SmsUnavailable.

    It is good in the browser that `binding` stands for, and in no other.
    All limits are asked before any is used, or whoever is refused by one would use up
    the others.
    """
    if not sms_gateways.is_available():
        raise SmsUnavailable
    limits = _limits(str(user.pk), number, network, purpose)
    for limit in limits:
        limit.check()
    used = [limit.spend() for limit in limits][-1]
    budget = settings.SMS_DAILY_BUDGET
    if used in {math.ceil(budget * percent / 100) for percent in ALERTS}:
        _tell_operators(used, budget)
    return _queue_code(user, number, purpose, binding)


def seconds_until_resend(user: User) -> int:
    """Return how long the person has to wait for another code."""
    person = str(user.pk)
    return throttles.seconds_left("sms.pause", person, limit=1, seconds=RESEND_SECONDS)


def _limits(person: str, number: str, network: str, purpose: str) -> list[Limit]:
    """Return what keeps SMS pumping from paying; the whole installation's comes last.

    Where the budget of all is used up, waiting helps nobody: another way does. A number
    that is somebody's factor already is counted for that person alone: whoever claims
    to enrol it must not use up its owner's codes.
    """
    is_own = purpose == SmsCode.Purpose.LOGIN
    called = f"{number}\0{person}" if is_own else number
    budget = settings.SMS_DAILY_BUDGET
    half = max(budget // 2, 1)
    return [
        Limit("sms.pause", person, 1, RESEND_SECONDS, CodeTooSoon),
        Limit("sms.person", person, 10, DAY, CodesUsedUp),
        Limit("sms.number.hour", called, 5, HOUR, CodesUsedUp),
        Limit("sms.number", called, 10, DAY, CodesUsedUp),
        Limit("sms.network", network, 30, HOUR, CodesUsedUp),
        Limit("sms.country", country_of(number), half, DAY, SmsUnavailable),
        Limit("sms.all", "", budget, DAY, SmsUnavailable),
    ]


@transaction.atomic(durable=True)
def _tell_operators(used: int, budget: int) -> None:
    """Write down, and mail, how much of the day's budget is used: once a day each."""
    audit.record_event("sms.budget", detail={"used": used, "budget": budget})
    for operator in list_operators():
        notify(operator, "sms_budget", used=str(used), budget=str(budget))


@transaction.atomic(durable=True)
def _queue_code(user: User, number: str, purpose: str, binding: str) -> SmsMessage:
    code = f"{secrets.randbelow(10**6):06d}"
    SmsCode.issue(user, number, purpose, code, binding=binding)
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
