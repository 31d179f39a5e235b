"""Finding probes of the scanner: by how they ended and by cause, in pages."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import keyset
from accounts.keyset import Page, Place
from accounts.tenancy import Actor
from diagnostics.access.probes import list_probes
from diagnostics.causes import CATALOGUE
from diagnostics.models import Probe

PAGE_ROWS = 50
COLUMN = "created_at"
# How far back the list of causes to choose from looks.
CAUSES_OF = 1000


class Show(models.TextChoices):
    """Which probes are shown."""

    ALL = "", _("Alle")
    WAITING = "waiting", _("Laufende")
    GOOD = "good", _("In Ordnung")
    BAD = "bad", _("Mit Hindernis")
    BROKEN = "broken", _("Nicht zu Ende geprüft")


_SHOWN: dict[str, Q] = {
    Show.ALL: Q(),
    Show.WAITING: Q(state__in=Probe.UNFINISHED),
    Show.GOOD: Q(state=Probe.State.FINISHED, first_cause=""),
    Show.BAD: Q(first_cause__gt=""),
    Show.BROKEN: Q(state__in=[Probe.State.FAILED, Probe.State.EXPIRED]),
}


@dataclass(frozen=True, slots=True)
class Criteria:
    """What is looked for; an empty cause is any."""

    show: str = Show.ALL
    cause: str = ""


def find_page(
    actor: Actor,
    criteria: Criteria,
    *,
    before: Place | None = None,
    after: Place | None = None,
) -> Page[Probe]:
    """Return a page of the probes that match, newest first."""
    found = list_probes(actor).filter(_SHOWN[criteria.show])
    if criteria.cause:
        found = found.filter(first_cause=criteria.cause)
    return keyset.find_page(found, COLUMN, size=PAGE_ROWS, before=before, after=after)


def list_causes(actor: Actor) -> list[str]:
    """Return the causes that the latest probes named, as slugs of the catalogue."""
    latest = list_probes(actor).filter(first_cause__gt="")
    slugs = set(latest.values_list("first_cause", flat=True)[:CAUSES_OF])
    return sorted(slugs & set(CATALOGUE))
