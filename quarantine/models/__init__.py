"""What the quarantine stores, a file a noun."""

from quarantine.models.bulk_jobs import BulkJob, BulkJobItem
from quarantine.models.day_counts import DayCount, DaySender
from quarantine.models.digests import Digest, DigestSubscription, DigestToken
from quarantine.models.hold_views import HoldView
from quarantine.models.holds import Hold, Message, ReleaseAttempt

__all__ = [
    "BulkJob",
    "BulkJobItem",
    "DayCount",
    "DaySender",
    "Digest",
    "DigestSubscription",
    "DigestToken",
    "Hold",
    "HoldView",
    "Message",
    "ReleaseAttempt",
]
