"""What can go wrong in diagnostics, one class a failure."""

from __future__ import annotations

from django.utils.translation import gettext

from accounts.errors import CleanmailError


class ProbeGone(CleanmailError):
    """The probe is no longer this worker's: ended by the sweep, or deleted."""


class NoScanner(CleanmailError):
    """The operator has not entered an outbound scanner yet."""


class PasswordLost(CleanmailError):
    """The sealed password is too old, or belongs to another probe."""


class NotVerified(CleanmailError):
    """Only the next hop of a domain whose control is proved is connected to."""

    @property
    def user_message(self) -> str:
        """Say what has to be done before."""
        return gettext("Bestätigen Sie zuerst, dass Ihnen die Domain gehört.")


class ForeignRecipient(CleanmailError):
    """The test address is no address of the domain."""

    @property
    def user_message(self) -> str:
        """Say which addresses can be tried."""
        return gettext("Geben Sie eine Adresse dieser Domain ein.")
