"""A code by SMS, within the limits that keep SMS pumping from paying."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from accounts import sms, sms_gateways, tasks, throttles
from accounts.enqueue import enqueue
from accounts.errors import (
    SmsUnavailable,
)
from accounts.models import (
    SmsCode,
    SmsMessage,
    User,
)
from accounts.models.devices import hash_number
from accounts.phone_numbers import country_of

RESEND_SECONDS = 45


HOUR, DAY = 3600, 86400


def send_code(user: User, number: str, purpose: str, *, network: str) -> SmsMessage:
    """Queue a fresh code for the number; raise RateLimited or SmsUnavailable.

    The limits are what keeps SMS pumping from paying: per person, number, network,
    country, and a budget of the whole installation.
    """
    if not sms_gateways.is_available():
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
