"""What the page behind a digest's link shows: nothing of the mail before it is used."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from quarantine.digests.links import Action, OpenLink
from quarantine.presentation.rows import (
    Mark,
    category_mark,
    sender_name,
    short_time,
    subject_text,
)


@dataclass(frozen=True, slots=True)
class Question:
    """What the page asks before anything happens."""

    title: str
    category: Mark
    received: str
    button: str


def make_question(link: OpenLink) -> Question:
    """Return the question: whoever found the link learns nobody's name from it."""
    is_release = link.token.action == Action.RELEASE
    return Question(
        title=_("Diese E-Mail freigeben?") if is_release else _("Freigabe anfragen?"),
        category=category_mark(link.hold.category),
        received=short_time(link.hold.received_at),
        button=_("Freigeben") if is_release else _("Freigabe anfragen"),
    )


@dataclass(frozen=True, slots=True)
class Used:
    """What the link was used for."""

    title: str
    sender: str
    subject: str


def make_used(link: OpenLink) -> Used:
    """Return what was done, and with what."""
    is_release = link.token.action == Action.RELEASE
    return Used(
        title=_("Freigegeben") if is_release else _("Freigabe angefragt"),
        sender=sender_name(link.hold),
        subject=subject_text(link.hold),
    )
