"""What a probe's page shows of commands run by hand: which, and what they said."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from diagnostics.models import Evidence, Probe
from diagnostics.pasted import VANTAGE, Reading
from diagnostics.pasted_words import unread_lines
from diagnostics.presentation.hand_commands import System, make_systems
from diagnostics.presentation.probes import Row, make_row, sort_key
from diagnostics.verdicts.scene import AGENT, Scene


@dataclass(frozen=True, slots=True)
class PastedPart:
    """The section of the page."""

    systems: tuple[System, ...]
    rows: tuple[Row, ...]

    @property
    def is_open(self) -> bool:
        """Say whether there is something to see at once."""
        return bool(self.rows)


def make_pasted(probe: Probe, evidence: list[Evidence]) -> PastedPart:
    """Return the commands for the probe's scanner, and what was pasted of them."""
    scanner = probe.scanner
    host, ports = (scanner.host, tuple(scanner.ports)) if scanner else ("", ())
    pasted = [item.as_observation() for item in evidence if item.vantage == VANTAGE]
    scene = Scene(pasted, AGENT)
    rows = tuple(make_row(item, scene) for item in sorted(pasted, key=sort_key))
    return PastedPart(make_systems(host, ports) if host else (), rows)


def reading_text(reading: Reading) -> str:
    """Say what was read of a paste and what was not."""
    once = dict.fromkeys(reading.commands)
    text = _("Gelesen: %(commands)s.") % {"commands": ", ".join(once)}
    if not reading.unread:
        return text
    rest = _("Nicht verstanden: %(lines)s.") % {"lines": unread_lines(reading.unread)}
    return f"{text} {rest}"
