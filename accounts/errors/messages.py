"""A message that did not go out: SMS or mail."""

from __future__ import annotations

from accounts.errors.base import CleanmailError


class GatewayFailed(CleanmailError):
    """An SMS gateway did not take the message."""


class GatewaySilent(GatewayFailed):
    """An SMS gateway did not even answer, which took its time."""


class SmsUnavailable(CleanmailError):
    """No SMS gateway is set up, or what all may send in a day is used up."""


class MailUnsure(CleanmailError):
    """A mail that must not be sent twice was perhaps taken: the session broke."""
