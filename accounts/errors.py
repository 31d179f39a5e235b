"""What can go wrong in accounts, one class a failure."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied


class CleanmailError(Exception):
    """Whatever we raise ourselves."""


class SealBroken(CleanmailError):
    """A sealed value does not open: key gone, wrong purpose or altered."""


class NotPermitted(CleanmailError, PermissionDenied):
    """Visible, but the role does not allow it; Django answers 403."""


class RateLimited(CleanmailError):
    """Too many tries; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after
