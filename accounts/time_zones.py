"""The time zones that people choose from, by region and city."""

from __future__ import annotations

import zoneinfo
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEFAULT = "Europe/Zurich"
# Old names of the zone database, and offsets without a place, are left out.
REGIONS: dict[str, Promise] = {
    "Europe": _("Europa"),
    "Africa": _("Afrika"),
    "America": _("Amerika"),
    "Antarctica": _("Antarktis"),
    "Arctic": _("Arktis"),
    "Asia": _("Asien"),
    "Atlantic": _("Atlantik"),
    "Australia": _("Australien"),
    "Indian": _("Indischer Ozean"),
    "Pacific": _("Pazifik"),
}
# Cities of the zone database that are written differently here.
CITIES = {"Zurich": "Zürich", "Geneva": "Genève"}


def list_zones() -> list[tuple[Promise, list[tuple[str, str]]]]:
    """Return what a select field offers: regions, and in each its cities."""
    return [
        (label, [(name, name_city(name)) for name in _names() if _region(name) == key])
        for key, label in REGIONS.items()
    ]


def name_city(zone: str) -> str:
    """Return the city of a zone as people write it."""
    city = zone.rpartition("/")[2].replace("_", " ")
    return CITIES.get(city, city)


def validate_zone(zone: str) -> None:
    """Raise ValidationError for a zone that nobody can choose."""
    if zone not in _names():
        raise ValidationError(_("Diese Zeitzone gibt es nicht."), code="zone")


def find_zone(zone: str) -> zoneinfo.ZoneInfo:
    """Return the zone, the default one if the name is of no zone any more."""
    try:
        return zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo(DEFAULT)


@lru_cache(maxsize=1)
def _names() -> tuple[str, ...]:
    return tuple(
        sorted(n for n in zoneinfo.available_timezones() if _region(n) in REGIONS)
    )


def _region(zone: str) -> str:
    return zone.partition("/")[0] if "/" in zone else ""
