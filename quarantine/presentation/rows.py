"""How holds are told to people: times, categories, states, rows of the list.

Cells are formatted here, once and in Python: template filters were three quarters of
what a list page cost. What a line prints several times is escaped here too, and its
fields are also found by subscript: that is where templates look first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models.customers import Category
from quarantine.access.rights import Rulebook
from quarantine.criteria import SOON_DAYS
from quarantine.models import Hold, ReleaseAttempt
from quarantine.states import OPEN, State
from quarantine.visible import show_line

ANY_KEY = UUID(int=0)


class Printed:
    """What a template prints many of: by subscript it costs half of what it would."""

    __slots__ = ()

    def __getitem__(self, name: str) -> object:
        """Return a field; raise AttributeError, which templates take for a no."""
        return getattr(self, name)


@dataclass(frozen=True, slots=True)
class Mark(Printed):
    """A word with its icon and tone: a category's badge, a state's status."""

    label: str
    icon: str
    tone: str = ""


CATEGORY_MARKS: dict[str, tuple[str, str]] = {
    Category.SPAM: ("spam", ""),
    Category.BULK: ("bulk", ""),
    Category.PHISHING: ("phishing", "is-bad"),
    Category.VIRUS: ("virus", "is-bad"),
    Category.ATTACHMENT: ("clip", "is-warn"),
    Category.POLICY: ("lock", ""),
    Category.OTHER: ("info", ""),
}
STATE_MARKS: dict[str, tuple[str, str]] = {
    State.REQUESTED: ("user", "is-warn"),
    State.RELEASING: ("spinner", "is-info"),
    State.RELEASED: ("ok", "is-good"),
    State.FAILED: ("fail", "is-bad"),
    State.UNSURE: ("alert", "is-warn"),
    State.DISCARDED: ("trash", "is-off"),
    State.EXPIRED: ("glass", "is-off"),
}


@dataclass(frozen=True, slots=True)
class Row(Printed):
    """One line of the list, ready to print."""

    key: str
    url: str
    sender: str
    sender_address: str
    subject: str
    recipient: str
    category: Mark
    score: str
    received: str
    received_iso: str
    ends: str
    is_soon: bool
    state: Mark | None
    is_new: bool
    can_pick: bool
    can_release: bool
    can_undo: bool
    # Seconds until the row asks again how its release went; 0 = it is final.
    poll_seconds: int


def category_mark(category: str) -> Mark:
    """Return the badge of a category."""
    icon, tone = CATEGORY_MARKS[category]
    return Mark(str(Category(category).label), icon, tone)


def state_mark(state: str) -> Mark | None:
    """Return the status of a hold that is not simply held."""
    if state not in STATE_MARKS:
        return None
    icon, tone = STATE_MARKS[state]
    return Mark(str(State(state).label), icon, tone)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Now and here, looked up once for as many times as a page tells."""

    now: datetime

    def day(self, local: datetime) -> str:
        """Return 24.12. for this year, 24.12.2025 for another."""
        year = "" if local.year == self.now.year else str(local.year)
        return f"{local.day}.{local.month}.{year}"

    def short(self, moment: datetime) -> str:
        """Return 08:52 for today, Mo 17:22 for this week, else the date."""
        local = moment.astimezone(self.now.tzinfo)
        days = (self.now.date() - local.date()).days
        if days == 0:
            return f"{local:%H:%M}"
        weekday = WEEKDAYS_ABBR[local.weekday()]
        if abs(days) < 7:
            return f"{weekday} {local:%H:%M}"
        return f"{weekday} {self.day(local)}"

    def ending(self, moment: datetime) -> tuple[str, bool]:
        """Say when a hold runs out, and whether that is soon."""
        local = moment.astimezone(self.now.tzinfo)
        if local <= self.now:
            return _("abgelaufen"), False
        days = (local.date() - self.now.date()).days
        if days == 0:
            return _("heute %(time)s") % {"time": f"{local:%H:%M}"}, True
        if days == 1:
            return _("morgen"), True
        if days <= SOON_DAYS:
            return _("in %(days)d Tagen") % {"days": days}, True
        return _("bis %(date)s") % {"date": self.day(local)}, False


def short_time(moment: datetime) -> str:
    """Return the shortest words that tell the time from today."""
    return Calendar(timezone.localtime()).short(moment)


def score_text(score: float | None) -> str:
    """Return the filter's points with one decimal, a dash when it gave none."""
    return "–" if score is None else f"{score:.1f}"


def sender_name(hold: Hold) -> str:
    """Return who says to have written, for the eye; never empty."""
    name = show_line(hold.header_from_name) or show_line(hold.header_from)
    return name or pgettext("sender", "(leerer Absender)")


def subject_text(hold: Hold) -> str:
    """Return the subject for the eye; never empty, a link stands on it."""
    return show_line(hold.subject) or _("(kein Betreff)")


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What the lines of one page share, looked up once."""

    rulebook: Rulebook
    pattern: str
    calendar: Calendar
    categories: dict[str, Mark]
    states: dict[str, Mark]

    def url(self, key: str) -> SafeString:
        return SafeString(self.pattern.replace(str(ANY_KEY), key))


def make_rows(holds: Iterable[Hold], *, rulebook: Rulebook) -> list[Row]:
    """Return the lines of a list."""
    states = {value: state_mark(value) for value in State.values}
    sheet = _Sheet(
        rulebook=rulebook,
        pattern=reverse("quarantine:hold", args=[ANY_KEY]),
        calendar=Calendar(timezone.localtime()),
        categories={value: _escaped(category_mark(value)) for value in Category.values},
        states={value: _escaped(mark) for value, mark in states.items() if mark},
    )
    return [_make_row(hold, sheet) for hold in holds]


def _escaped(mark: Mark) -> Mark:
    return Mark(escape(mark.label), escape(mark.icon), escape(mark.tone))


def _make_row(hold: Hold, sheet: _Sheet) -> Row:
    rights = sheet.rulebook.rights(hold)
    is_open = hold.state in OPEN
    can_undo = hold.state == State.DISCARDED and rights.can_act
    ends, is_soon = sheet.calendar.ending(hold.expires_at)
    if hold.kept_at:
        ends, is_soon = _("wird aufbewahrt"), False
    key = SafeString(hold.pk)  # hex and dashes
    return Row(
        key=key,
        url=sheet.url(key),
        sender=sender_name(hold),
        sender_address=show_line(hold.header_from) if hold.header_from_name else "",
        subject=escape(subject_text(hold)),
        recipient=show_line(hold.envelope_recipient),
        category=sheet.categories[hold.category],
        score=score_text(hold.score),
        received=sheet.calendar.short(hold.received_at),
        received_iso=hold.received_at.isoformat(timespec="seconds"),
        ends=ends,
        is_soon=is_soon,
        state=sheet.states.get(hold.state),
        is_new=is_open and hold.first_seen_at is None,
        can_pick=(is_open and rights.can_act) or can_undo,
        # What needs a proof is looked at first.
        can_release=is_open and rights.can_release and not rights.needs_proof,
        can_undo=can_undo,
        poll_seconds=poll_seconds(hold),
    )


def poll_seconds(hold: Hold) -> int:
    """Return how soon to ask again how a release went; 0 when it is decided."""
    if hold.state != State.RELEASING:
        return 0
    waits = hold.next_attempt_at and hold.next_attempt_at > timezone.now()
    return 30 if waits else 2


def reply_text(attempt: ReleaseAttempt) -> str:
    """Return what the next hop said, on one line; nothing if it said nothing."""
    code = "" if attempt.reply_code is None else str(attempt.reply_code)
    text = show_line(attempt.reply_text)
    enhanced = attempt.enhanced_status_code
    if enhanced and not text.startswith(enhanced):
        text = f"{enhanced} {text}"
    return f"{code} {text}".strip()


def decider(hold: Hold) -> str:
    """Return who decided: a person, or the policy that lets it pass."""
    return show_line(str(hold.decided_by)) if hold.decided_by else _("Richtlinie")


def denier(hold: Hold) -> str:
    """Return who said no to the latest request; empty if nobody did."""
    return show_line(str(hold.denied_by)) if hold.denied_by else ""


def full_date(moment: datetime) -> str:
    """Return 24.12.2026."""
    return f"{timezone.localtime(moment):%d.%m.%Y}"


def clock_time(moment: datetime | None) -> str:
    """Return 09:14:03."""
    return f"{timezone.localtime(moment):%H:%M:%S}" if moment else ""


def told_time(moment: datetime | None) -> str:
    """Return a short time of what may not have happened."""
    return short_time(moment) if moment else ""
