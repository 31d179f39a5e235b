"""What the quarantine stores, a file a noun."""

from quarantine.models.day_counts import DayCount, DaySender
from quarantine.models.holds import Hold, Message, ReleaseAttempt

__all__ = ["DayCount", "DaySender", "Hold", "Message", "ReleaseAttempt"]
