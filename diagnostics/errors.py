"""What can go wrong in diagnostics, one class a failure."""

from __future__ import annotations

from accounts.errors import CleanmailError


class ProbeGone(CleanmailError):
    """The probe is no longer this worker's: ended by the sweep, or deleted."""


class NoScanner(CleanmailError):
    """The operator has not entered an outbound scanner yet."""


class PasswordLost(CleanmailError):
    """The sealed password is too old, or belongs to another probe."""
