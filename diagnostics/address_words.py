"""What is known of a sending server's public address, in a few words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from diagnostics.checks.evidence import SKIPPED
from diagnostics.checks.evidence import Evidence as Observation


def label(seen: Observation) -> str:
    """Return what was looked at."""
    return _("Öffentliche Adresse %(address)s") % {"address": seen.subject}


def outcome(seen: Observation) -> str:
    """Return the reverse name and the lists that know the address."""
    facts = seen.facts
    if seen.status == SKIPPED:
        return _("keine Adresse des Internets")
    names = ", ".join(facts["ptr"])
    if not facts["is_known"]:
        said = _("Name nicht zu erfahren")
    elif not names:
        said = _("hat keinen Namen (PTR)")
    elif not facts["is_confirmed"]:
        said = _("heisst %(names)s, aber der Name führt nicht zurück") % {
            "names": names
        }
    else:
        said = _("heisst %(names)s") % {"names": names}
    listed = ", ".join(facts["listed"])
    if listed:
        said = _("%(said)s; steht auf der Sperrliste %(lists)s") % {
            "said": said,
            "lists": listed,
        }
    return said
