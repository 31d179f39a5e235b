"""What all errors of accounts are; those of no other noun."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied


class CleanmailError(Exception):
    """Whatever we raise ourselves."""


class SealBroken(CleanmailError):
    """A sealed value does not open: key gone, wrong purpose or altered."""


class NotPermitted(CleanmailError, PermissionDenied):
    """Visible, but the role does not allow it; Django answers 403."""


class AuditBroken(CleanmailError):
    """The audit chain does not hold, so nothing is added to it; `fault` says how."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault
