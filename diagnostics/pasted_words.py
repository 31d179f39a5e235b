"""What was read from pasted output, in a few words."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.checks.evidence import Facts


def labels(facts: Facts) -> dict[str, str]:
    """Return what was looked at, by check."""
    place = {"host": facts.get("host") or facts.get("address", "")}
    return {
        "ping": _("Ping an %(host)s") % place,
        "path": _("Weg zu %(host)s") % place,
        "pasted": _("Eingefügte Ausgaben"),
    }


def ping(seen: Observation) -> str:
    """Return how late the answer came, and how many did not."""
    lost = seen.facts.get("loss_percent", 0)
    if not seen.facts.get("answered"):
        return _("keine Antwort")
    spent = number_format(seen.facts.get("seconds", 0.0) * 1000, 0)
    if lost:
        words = {"time": spent, "lost": lost}
        return _("antwortet nach %(time)s ms, %(lost)s %% verloren") % words
    return _("antwortet nach %(time)s ms") % {"time": spent}


def path(seen: Observation) -> str:
    """Return how far the way was seen."""
    facts = seen.facts
    words = {"hops": len(facts.get("hops", ())), "last": facts.get("last", "")}
    if facts.get("is_reached"):
        return _("erreicht nach %(hops)s Stationen") % words
    if not words["last"]:
        return _("keine Station antwortet")
    return _("letzte Station, die antwortet: %(last)s") % words


def pasted(seen: Observation) -> str:
    """Return which commands were read and which lines were not."""
    read = ", ".join(seen.facts.get("commands", ())) or _("nichts gelesen")
    lines = unread_lines(seen.facts.get("unread", ()))
    if not lines:
        return read
    return _("%(read)s; nicht verstanden: %(lines)s") % {"read": read, "lines": lines}


def unread_lines(ranges: tuple[tuple[int, int], ...]) -> str:
    """Return the numbers of lines as people write them, empty for none."""
    if not ranges:
        return ""
    shown = [
        f"{first}" if first == last else f"{first}–{last}" for first, last in ranges[:8]
    ]
    return _("Zeilen %(lines)s") % {"lines": ", ".join(shown)}
