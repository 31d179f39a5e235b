"""What the quarantine stores, a file a noun."""

from quarantine.models.day_counts import DayCount, DaySender
from quarantine.models.digests import Digest, DigestSubscription, DigestToken
from quarantine.models.holds import Hold, Message, ReleaseAttempt

__all__ = [
    "DayCount",
    "DaySender",
    "Digest",
    "DigestSubscription",
    "DigestToken",
    "Hold",
    "Message",
    "ReleaseAttempt",
]
