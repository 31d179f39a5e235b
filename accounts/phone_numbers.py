"""Which phone numbers may get a code, and how a number is shown."""

from __future__ import annotations

import phonenumbers
from django.conf import settings
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat
from phonenumbers import PhoneNumberType as Kind

from accounts.errors import NumberRefused

# Satellite networks and premium numbers without a country call themselves mobile.
EVERYWHERE = phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY
# Some plans (US) do not tell mobile from fixed; premium, pager, VoIP never pass.
MOBILE_KINDS = frozenset({Kind.MOBILE, Kind.FIXED_LINE_OR_MOBILE})


def parse_mobile(text: str) -> str:
    """Return the number in E.164; raise NumberRefused unless an SMS may go there."""
    try:
        number = phonenumbers.parse(text, settings.PHONENUMBER_DEFAULT_REGION)
    except NumberParseException as error:
        raise NumberRefused("invalid") from error
    possible = phonenumbers.is_possible_number(number)
    if not possible or not phonenumbers.is_valid_number(number):
        raise NumberRefused("invalid")
    country = country_of(number)
    if country == EVERYWHERE or country not in settings.SMS_COUNTRIES:
        raise NumberRefused("country")
    if phonenumbers.number_type(number) not in MOBILE_KINDS:
        raise NumberRefused("kind")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def country_of(number: PhoneNumber | str) -> str:
    """Return the two letters of the number's country, empty if it has none."""
    if isinstance(number, str):
        number = phonenumbers.parse(number)
    return phonenumbers.region_code_for_number(number) or ""


def mask(number: str) -> str:
    """Return the number with all digits hidden but its prefix and the last two."""
    shown = phonenumbers.format_number(
        phonenumbers.parse(number), PhoneNumberFormat.INTERNATIONAL
    )
    head, rest = _split_head(shown)
    masked = [char if char == " " else "•" for char in rest[:-2]]
    return f"{head}{''.join(masked)}{rest[-2:]}"


def _split_head(shown: str) -> tuple[str, str]:
    """Split after country code and first group, if there is one."""
    groups = shown.split(" ")
    kept = 2 if len(groups) > 2 else 1
    head = " ".join(groups[:kept]) + " "
    return head, shown[len(head) :]
