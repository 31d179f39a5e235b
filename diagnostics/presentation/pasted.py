"""What a probe's page shows of commands run by hand: which, and what was read."""

from __future__ import annotations

from django.utils.translation import gettext as _

from diagnostics.models import Probe
from diagnostics.pasted import Reading
from diagnostics.pasted_words import unread_lines
from diagnostics.presentation.hand_commands import System, make_systems


def make_pasted(probe: Probe) -> tuple[System, ...]:
    """Return the commands for the probe's scanner, for each system."""
    scanner = probe.scanner
    return make_systems(scanner.host, tuple(scanner.ports)) if scanner else ()


def reading_text(reading: Reading) -> str:
    """Say what was read of a paste and what was not."""
    once = dict.fromkeys(reading.commands)
    text = _("Gelesen: %(commands)s.") % {"commands": ", ".join(once)}
    if not reading.unread:
        return text
    rest = _("Nicht verstanden: %(lines)s.") % {"lines": unread_lines(reading.unread)}
    return f"{text} {rest}"
