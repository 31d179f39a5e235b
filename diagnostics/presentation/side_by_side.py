"""Observations of several columns beside each other: vantages, or two probes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.models import Evidence
from diagnostics.presentation.probes import Row, make_row, sort_key
from diagnostics.verdicts.scene import SERVER, Scene

VANTAGES = {
    "agent": gettext_lazy("Vom sendenden Server"),
    "agent_before": gettext_lazy("Vom sendenden Server, früher"),
    "mta": gettext_lazy("Als der Mailserver selbst"),
    "server": gettext_lazy("Von uns aus"),
    "scanner_log": gettext_lazy("Im Protokoll des Scanners"),
    "text": gettext_lazy("Aus der Fehlermeldung"),
    "pasted": gettext_lazy("Aus eingefügten Ausgaben"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, and what was seen there."""

    label: str
    seen: tuple[Observation, ...]
    vantage: str = SERVER


@dataclass(frozen=True, slots=True)
class Cell:
    """What one column says about one check; no row where it says nothing."""

    label: str
    row: Row | None


@dataclass(frozen=True, slots=True)
class Line:
    """One check across all columns."""

    label: str
    cells: tuple[Cell, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and lines, ready to be written."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]


def columns_by_vantage(evidence: Iterable[Evidence]) -> list[Column]:
    """Return a column for each vantage there is evidence of, the customer's first."""
    found: dict[str, list[Observation]] = {}
    for item in evidence:
        found.setdefault(item.vantage, []).append(item.as_observation())
    order = [*VANTAGES, *(name for name in found if name not in VANTAGES)]
    return [
        Column(str(VANTAGES.get(name, name)), tuple(found[name]), name)
        for name in order
        if name in found
    ]


def make_table(columns: list[Column]) -> Table:
    """Put the same check on the same line, in the order in which they run."""
    scenes = [Scene(list(column.seen), column.vantage) for column in columns]
    keyed = [_by_key(column.seen) for column in columns]
    first: dict[tuple[str, str, int], Observation] = {}
    for items in keyed:
        for key, item in items.items():
            first.setdefault(key, item)
    lines = []
    for key in sorted(first, key=lambda one: sort_key(first[one])):
        rows = [
            make_row(items[key], scene) if key in items else None
            for items, scene in zip(keyed, scenes, strict=True)
        ]
        cells = tuple(
            Cell(column.label, row) for column, row in zip(columns, rows, strict=True)
        )
        label = next(row.label for row in rows if row is not None)
        tones = {row.tone if row else "" for row in rows}
        lines.append(Line(label, cells, differs=len(tones) > 1))
    return Table(tuple(column.label for column in columns), tuple(lines))


def _by_key(
    seen: Iterable[Observation],
) -> dict[tuple[str, str, int], Observation]:
    """Give each its line, also what is seen of the same subject more than once."""
    found: dict[tuple[str, str, int], Observation] = {}
    for item in seen:
        number = sum(key[:2] == (item.check, item.subject) for key in found)
        found[item.check, item.subject, number] = item
    return found
