"""Too many tries of what is counted."""

from __future__ import annotations

import math

from django.utils.translation import gettext, ngettext

from accounts.errors.base import CleanmailError


class RateLimited(CleanmailError):
    """Too many tries; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after

    @property
    def user_message(self) -> str:
        """Say how long to wait, in the language of whoever reads it."""
        if self.retry_after < 120:
            return ngettext(
                "Zu viele Versuche. Warten Sie %(count)d Sekunde.",
                "Zu viele Versuche. Warten Sie %(count)d Sekunden.",
                self.retry_after,
            ) % {"count": self.retry_after}
        return gettext("Zu viele Versuche. Warten Sie %(count)d Minuten.") % {
            "count": math.ceil(self.retry_after / 60)
        }


class CodeTooSoon(RateLimited):
    """Another code by SMS was asked for right after the last one."""

    @property
    def user_message(self) -> str:
        """Say when there can be another."""
        return ngettext(
            "Einen neuen Code können Sie in %(count)d Sekunde anfordern.",
            "Einen neuen Code können Sie in %(count)d Sekunden anfordern.",
            self.retry_after,
        ) % {"count": self.retry_after}


class CodesUsedUp(RateLimited):
    """This person, number or network has had enough codes by SMS for a while."""

    @property
    def user_message(self) -> str:
        """Say how long; there are other ways."""
        minutes = math.ceil(self.retry_after / 60)
        if minutes <= 90:
            wait = ngettext("%(count)d Minute", "%(count)d Minuten", minutes) % {
                "count": minutes
            }
        else:
            hours = math.ceil(minutes / 60)
            wait = ngettext("%(count)d Stunde", "%(count)d Stunden", hours) % {
                "count": hours
            }
        return gettext(
            "Es wurden zu viele Codes angefordert. Nehmen Sie einen anderen Weg, "
            "oder warten Sie %(wait)s."
        ) % {"wait": wait}
