"""Second factors that are refused, missing, or must stay."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.errors.base import CleanmailError

NUMBER_REASONS = {
    "invalid": _("Diese Nummer gibt es nicht. Beispiel: 079 123 45 67."),
    "kind": _(
        "An diese Nummer können wir keine SMS senden. Nehmen Sie ein Mobiltelefon."
    ),
    "country": _("In dieses Land senden wir keine Codes. Nehmen Sie die App."),
}


class NumberRefused(CleanmailError):
    """A phone number that gets no code; `reason` is invalid, kind or country."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def user_message(self) -> str:
        """Say what is wrong with the number, in the language of whoever reads it."""
        return str(NUMBER_REASONS[self.reason])


PASSKEY_REASONS = {
    "stale": _("Das hat zu lange gedauert. Versuchen Sie es noch einmal."),
    "wrong": _(
        "Dieser Passkey passt nicht. Versuchen Sie es noch einmal oder nehmen Sie "
        "einen anderen Weg."
    ),
    "taken": _("Dieser Passkey ist schon eingerichtet. Nehmen Sie einen anderen."),
    "cloned": _(
        "Diesen Passkey haben wir abgelehnt, weil es eine Kopie davon zu geben "
        "scheint. Nehmen Sie einen anderen Weg und entfernen Sie ihn in Ihrem Konto."
    ),
}


class PasskeyRefused(CleanmailError):
    """A passkey that does not count; `reason` is stale, wrong, taken or cloned."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def user_message(self) -> str:
        """Say what is wrong with it, in the language of whoever reads it."""
        return str(PASSKEY_REASONS[self.reason])


class FactorDemanded(CleanmailError):
    """The last second factor of somebody who must have one stays."""


class FactorMissing(CleanmailError):
    """Recovery codes are for people who have a second factor."""


# What an admin reads must not tell of which other customer a person is.
RESET_REASONS = {
    "self": _("Ihren eigenen zweiten Faktor ändern Sie in Ihrem Konto."),
    "staff": _("Bei dieser Person kann nur der Betreiber zurücksetzen."),
    "shared": _("Bei dieser Person kann nur der Betreiber zurücksetzen."),
    "gone": _("Diese Person gehört nicht mehr dazu."),
}


class ResetRefused(CleanmailError):
    """Whose second factor an admin must not reset; says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def user_message(self) -> str:
        """Say who can, in the language of whoever reads it."""
        return str(RESET_REASONS[self.reason])
