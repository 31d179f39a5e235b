"""What the page of digests says beside the choice: what comes if nothing changes."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from accounts.models import Address
from accounts.tenancy import Actor
from accounts.time_zones import name_city
from quarantine.digests.readers import find_reader
from quarantine.presentation.rows import Calendar
from quarantine.visible import show_line


@dataclass(frozen=True, slots=True)
class Outlook:
    """What comes if nothing is changed."""

    next_text: str
    addresses: tuple[str, ...]


def make_outlook(actor: Actor) -> Outlook:
    """Return when the next digest is due and for which addresses."""
    now = timezone.now()
    reader = find_reader(actor.customer_id, actor.user_id)
    slot = reader.schedule.following(now, reader.user.zone) if reader else None
    if reader is None or slot is None:
        return Outlook(_("Zurzeit erhalten Sie keine Übersicht."), ())
    local = slot.astimezone(reader.user.zone)
    mine = Address.objects.filter(pk__in=reader.address_ids).select_related("domain")
    said = {
        "weekday": WEEKDAYS[local.weekday()],
        "date": Calendar(timezone.localtime(now)).day(local),
        "time": f"{local:%H:%M}",
        "city": name_city(reader.user.zone.key),
    }
    next_text = _("Nächste Übersicht: %(weekday)s, %(date)s, %(time)s (%(city)s)")
    ordered = mine.order_by("local_part", "domain__name")
    return Outlook(next_text % said, tuple(show_line(str(one)) for one in ordered))
