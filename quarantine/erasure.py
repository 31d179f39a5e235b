"""Makes one mail unreadable for good, and takes what its rows say of it."""

from __future__ import annotations

from uuid import UUID

from quarantine.errors import NotErasable
from quarantine.models import (
    Hold,
    HoldRequest,
    Message,
    ReleaseAttempt,
    VerdictReport,
)
from quarantine.states import State


def erase_mail(message_id: UUID) -> int:
    """Drop the data key and the words in the rows; return for how many recipients.

    What stays is that a mail came, for whom and when: its holds are expired at once and
    deleted in their time. Raises NotErasable if a recipient's hold is kept for a case
    or on its way to the next hop. Call it inside a transaction.
    """
    message = Message.objects.select_for_update().get(pk=message_id)
    holds = Hold.objects.filter(message=message)
    if holds.exclude(kept_at=None).exists():
        raise NotErasable("kept")
    # By state: a release that was first wins, one that comes later finds it expired.
    free = holds.exclude(state=State.RELEASING)
    erased = free.update(
        state=State.EXPIRED,
        subject="",
        header_from="",
        header_from_name="",
        search_text="",
        reason={},
    )
    if erased < holds.count():
        raise NotErasable("releasing")
    Message.objects.filter(pk=message.pk).update(
        wrapped_key=None,
        facts={},
        envelope_sender="",
        envelope_id="",
        client_name="",
        client_address="",
        client_helo="",
    )
    attempts = ReleaseAttempt.objects.filter(hold__message=message)
    attempts.update(transcript=[], reply_text="")
    # What people and the filter wrote about it may quote it.
    HoldRequest.objects.filter(hold__message=message).update(reason="", answer="")
    VerdictReport.objects.filter(hold__message=message).update(reply="")
    return erased
