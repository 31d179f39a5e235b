"""Checks of the operator's settings for codes by SMS, run by `manage.py check`."""

from __future__ import annotations

import json
import re
import urllib.parse
from collections.abc import Iterator

import phonenumbers
from django.conf import settings
from django.core.checks import CheckMessage, Error

from accounts import http_calls, sms_gateways
from accounts.sms_gateways import HttpGateway


def check_sms(**_kwargs: object) -> list[CheckMessage]:
    """Say in a sentence what keeps codes from being sent."""
    problems = [*_find_problems_of_numbers()]
    for name in settings.SMS_GATEWAYS:
        if name not in sms_gateways.DEMO:
            problems += _find_problems_of_gateway(name)
    return [Error(problem, id="accounts.E001") for problem in problems]


def _find_problems_of_numbers() -> Iterator[str]:
    if settings.SMS_DAILY_BUDGET < 1:
        yield "SMS_DAILY_BUDGET must be at least 1; leave SMS_GATEWAYS empty for none."
    named = {*settings.SMS_COUNTRIES, settings.PHONENUMBER_DEFAULT_REGION}
    for country in sorted(named - phonenumbers.SUPPORTED_REGIONS):
        yield (
            f"SMS_COUNTRIES or PHONE_REGION names {country!r}, which is no country: "
            "use two capital letters like CH."
        )


def _find_problems_of_gateway(name: str) -> Iterator[str]:
    prefix = f"SMS_{name.upper()}"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        yield (
            f"SMS_GATEWAYS names {name!r}: use file, console, or a name of your own "
            "made of small letters, digits and underscores."
        )
        return
    gateway = sms_gateways.find(name)
    if not _is_address(gateway.url):
        yield (
            f"{prefix}_URL is {gateway.url!r}: SMS_GATEWAYS names {name!r}, so it must "
            "be the full https:// address that takes the messages."
        )
    if "{number}" not in gateway.body or "{text}" not in gateway.body:
        yield f"{prefix}_BODY must contain {{number}} and {{text}}."
    elif gateway.is_json and not _is_json(gateway):
        yield f"{prefix}_BODY starts with a brace but is no JSON."
    if not gateway.authorization.isprintable():
        yield f"{prefix}_AUTHORIZATION must be one line."
    if not _is_expression(gateway.answer):
        yield f"{prefix}_ANSWER is no regular expression."


def _is_address(url: str) -> bool:
    try:
        parts = urllib.parse.urlsplit(url)
        return (
            parts.scheme in http_calls.PORTS
            and bool(parts.hostname)
            and parts.port != 0
        )
    except ValueError:
        return False


def _is_json(gateway: HttpGateway) -> bool:
    try:
        json.loads(gateway.fill("+41791234567", 'a "quoted" line\n'))
    except ValueError:
        return False
    return True


def _is_expression(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True
