"""What the pages about keeping and erasing say of a mail."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from quarantine.models import Hold
from quarantine.presentation.rows import full_date, subject_text
from quarantine.states import State


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long a mail stays, and why."""

    subject: str
    is_kept: bool
    can_keep: bool
    is_erased: bool
    since: str
    who: str
    reason: str
    ends_on: str
    end_url: str


def make_keeping(hold: Hold) -> Keeping:
    """Return what holds now."""
    is_kept = hold.kept_at is not None
    is_erased = hold.message.wrapped_key is None
    return Keeping(
        subject=subject_text(hold),
        is_kept=is_kept,
        can_keep=not is_kept and not is_erased and hold.state != State.EXPIRED,
        is_erased=is_erased,
        since=full_date(hold.kept_at) if hold.kept_at else "",
        who=str(hold.kept_by) if hold.kept_by else "",
        reason=hold.kept_reason,
        ends_on=full_date(hold.expires_at),
        end_url=reverse("quarantine:end_keep", args=[hold.pk]),
    )
