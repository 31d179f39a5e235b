"""A digest in its reader's words: subject, text, HTML; times in the reader's zone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.template import Context, Engine
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format, number_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.mail import portal_address
from accounts.models import Address
from accounts.time_zones import name_city
from quarantine.digests.content import COUNT_MAX, Content, Item
from quarantine.digests.links import Action, Links
from quarantine.digests.readers import Reader
from quarantine.presentation.rows import (
    Calendar,
    category_mark,
    sender_name,
    subject_text,
)
from quarantine.unlinked import unlink
from quarantine.visible import show_line

TEXT = "quarantine/mail/digest.txt"
SUBJECT_MAX, NAME_MAX, ADDRESSES_MAX = 150, 80, 3


@dataclass(frozen=True, slots=True)
class Letter:
    """What is handed to the outbox."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Line:
    """One message in the digest."""

    sender: str
    sender_address: str
    subject: str
    category: str
    is_bad: bool
    recipients: str
    received: str
    ends: str
    is_soon: bool
    url: str
    action: str


def write(reader: Reader, content: Content, links: Links, *, slot: datetime) -> Letter:
    """Return the mail, in the reader's language and zone."""
    language = reader.user.language
    known = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(known), timezone.override(reader.user.zone):
        context = _context(reader, content, links, slot=slot) | {"language": known}
        html = render_to_string("quarantine/mail/digest.html", context)
        # Plain text: nothing in it is markup, so nothing is escaped.
        plain = Engine.get_default().get_template(TEXT)
        text = plain.render(Context(context, autoescape=False))
        return Letter(_subject(content), text.strip() + "\n", html.strip() + "\n")


def _context(
    reader: Reader, content: Content, links: Links, *, slot: datetime
) -> dict[str, object]:
    calendar = Calendar(timezone.localtime())
    domains = _domains(content.ending + content.new)
    make = _LineMaker(calendar, links, is_short=len(domains) == 1)
    ending = [make(item) for item in content.ending]
    new = [make(item) for item in content.new]
    return {
        "title": _title(content),
        "lede": _lede(reader, content, calendar),
        "ending": ending,
        "new": new,
        "unlisted": _unlisted(content),
        "all_label": _all_label(content),
        "all_url": portal_address(reverse("quarantine:holds")),
        "settings_url": portal_address(reverse("quarantine:digest_settings")),
        "unsubscribe_url": links.unsubscribe_url,
        "has_actions": links.has_actions,
        "days": settings.DIGEST_LINK_DAYS,
        "portal_name": settings.PORTAL_NAME,
        "imprint": _imprint(reader, slot),
    }


class _LineMaker:
    """Makes lines that share a calendar and their links."""

    def __init__(self, calendar: Calendar, links: Links, *, is_short: bool) -> None:
        self._calendar = calendar
        self._links = links
        self._is_short = is_short
        self._labels = {
            "": _("Ansehen"),
            Action.RELEASE: _("Freigeben"),
            Action.REQUEST: pgettext("button", "Anfragen"),
        }

    def __call__(self, item: Item) -> Line:
        hold = item.hold
        ends, is_soon = self._calendar.ending(hold.expires_at)
        mark = category_mark(hold.category)
        url, action = self._links.of(hold)
        name = hold.header_from_name
        return Line(
            sender=unlink(sender_name(hold), NAME_MAX),
            sender_address=unlink(hold.header_from, NAME_MAX) if name else "",
            subject=unlink(subject_text(hold), SUBJECT_MAX),
            category=mark.label,
            is_bad=mark.tone == "is-bad",
            recipients=self._recipients(item.recipients),
            received=self._calendar.short(hold.received_at),
            ends=_("läuft ab: %(when)s") % {"when": ends} if is_soon else ends,
            is_soon=is_soon,
            url=url,
            action=self._labels[action],
        )

    def _recipients(self, recipients: Iterable[str]) -> str:
        shown = [one.rpartition("@")[0] + "@" for one in recipients]
        return ", ".join(
            unlink(one, NAME_MAX) for one in (shown if self._is_short else recipients)
        )


def _domains(items: Iterable[Item]) -> set[str]:
    recipients = (one for item in items for one in item.recipients)
    return {one.rpartition("@")[2].lower() for one in recipients}


def _subject(content: Content) -> str:
    """Return a subject of our own words alone: nothing of a held mail gets there."""
    if content.is_empty:
        return _("Nichts zurückgehalten")
    ending = ngettext(
        "%(count)s läuft bald ab", "%(count)s laufen bald ab", content.ending_count
    ) % {"count": _count(content.ending_count)}
    if not content.new_count:
        return _("Zurückgehaltene E-Mails: %(ending)s") % {"ending": ending}
    new = ngettext(
        "%(count)s neue zurückgehaltene E-Mail",
        "%(count)s neue zurückgehaltene E-Mails",
        content.new_count,
    ) % {"count": _count(content.new_count)}
    return f"{new}, {ending}" if content.ending_count else new


def _title(content: Content) -> str:
    if not content.new_count:
        return _("Nichts Neues zurückgehalten")
    title = ngettext(
        "%(count)s neue E-Mail zurückgehalten",
        "%(count)s neue E-Mails zurückgehalten",
        content.new_count,
    )
    return title % {"count": _count(content.new_count)}


def _lede(reader: Reader, content: Content, calendar: Calendar) -> str:
    said = {
        "since": calendar.short(content.since),
        "addresses": _addresses(reader),
    }
    if content.is_empty:
        return _("Seit %(since)s, für %(addresses)s.") % said
    return (
        _(
            "Seit %(since)s, für %(addresses)s. Erwarten Sie eine davon, öffnen Sie "
            "sie und geben Sie sie frei."
        )
        % said
    )


def _addresses(reader: Reader) -> str:
    mine = Address.objects.filter(pk__in=reader.address_ids).select_related("domain")
    names = [show_line(str(one)) for one in mine.order_by("local_part", "domain__name")]
    shown: Sequence[str] = names[:ADDRESSES_MAX]
    if len(names) > len(shown):
        more = _("%(count)d weitere") % {"count": len(names) - len(shown)}
        shown = [*shown, more]
    return get_text_list(list(shown), _("und"))


def _unlisted(content: Content) -> str:
    if not content.unlisted_count:
        return ""
    more = ngettext("und %(count)s weitere", "und %(count)s weitere", content.new_count)
    return more % {"count": _count(content.unlisted_count)}


def _all_label(content: Content) -> str:
    if content.open_count < 2:
        return _("Zur Quarantäne")
    return _("Alle %(count)s ansehen") % {"count": _count(content.open_count)}


def _count(count: int) -> str:
    if count > COUNT_MAX:
        return _("über %(count)s") % {"count": number_format(COUNT_MAX)}
    return str(number_format(count))


def _imprint(reader: Reader, slot: datetime) -> str:
    local = timezone.localtime(slot)
    return _("%(customer)s, %(weekday)s, %(date)s, %(time)s (%(city)s)") % {
        "customer": show_line(reader.customer_name),
        "weekday": date_format(local, "l"),
        "date": date_format(local, "DATE_FORMAT"),
        "time": f"{local:%H:%M}",
        "city": name_city(reader.user.zone.key),
    }
