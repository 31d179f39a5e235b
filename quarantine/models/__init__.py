"""What the quarantine stores, a file a noun."""

from quarantine.models.bulk_jobs import BulkJob, BulkJobItem
from quarantine.models.day_counts import DayCount, DaySender
from quarantine.models.digests import Digest, DigestSubscription, DigestToken
from quarantine.models.extensions import Extension
from quarantine.models.hold_views import HoldView
from quarantine.models.holds import Hold, Message, ReleaseAttempt
from quarantine.models.reports import VerdictReport
from quarantine.models.requests import HoldRequest
from quarantine.models.sender_rules import CustomerMapToken, SenderRule, SiteMapToken

__all__ = [
    "BulkJob",
    "BulkJobItem",
    "CustomerMapToken",
    "DayCount",
    "DaySender",
    "Digest",
    "DigestSubscription",
    "DigestToken",
    "Extension",
    "Hold",
    "HoldRequest",
    "HoldView",
    "Message",
    "ReleaseAttempt",
    "SenderRule",
    "SiteMapToken",
    "VerdictReport",
]
