"""Draws a bar chart of days as numbers that `templates/_chart.html` puts into SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import number_format

LEFT, RIGHT, TOP, BOTTOM = 36.0, 760.0, 20.0, 166.0
LABELS_MOST = 14
STEPS = (1, 2, 5)
LINES_MOST = 5


class Day(Protocol):
    """A day of the picture: a wide bar and, beside it, a narrow one."""

    @property
    def day(self) -> date:
        """Which day."""

    @property
    def wide(self) -> int:
        """How high the wide bar is."""

    @property
    def narrow(self) -> int:
        """How high the narrow bar is."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle, numbers as SVG wants them whatever the language."""

    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Column:
    """One day: two bars, its label, and whether that is written."""

    figures: Day
    wide: Bar
    narrow: Bar
    x: str
    anchor: str
    label: str
    is_labelled: bool
    is_alternate: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line across, with its number."""

    y: str
    text_y: str
    label: str
    is_base: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """All of the picture."""

    columns: list[Column]
    lines: list[Line]


def draw(days: Sequence[Day]) -> Chart:
    """Return the columns of the days and the lines behind them."""
    highest = max(day.wide for day in days)
    step = _step(highest)
    most = max(step * -(-highest // step), step)
    scale = (BOTTOM - TOP) / most
    slot = (RIGHT - LEFT) / len(days)
    every = -(-len(days) // LABELS_MOST)
    last = len(days) - 1

    def is_edge(number: int) -> bool:
        """Say whether the label would reach beyond the picture."""
        return number == last and every > 1

    columns = [
        Column(
            figures=day,
            wide=_bar(LEFT + slot * (number + 0.14), slot * 0.4, day.wide * scale),
            narrow=_bar(LEFT + slot * (number + 0.58), slot * 0.26, day.narrow * scale),
            x=_number(RIGHT if is_edge(number) else LEFT + slot * (number + 0.5)),
            anchor="end" if is_edge(number) else "middle",
            label=_label(day.day, with_weekday=every == 1),
            is_labelled=(last - number) % every == 0,
            is_alternate=bool((last - number) // every % 2),
            is_last=number == last,
        )
        for number, day in enumerate(days)
    ]
    lines = [_line(value, BOTTOM - value * scale) for value in range(0, most + 1, step)]
    return Chart(columns, lines)


def _bar(x: float, width: float, height: float) -> Bar:
    return Bar(_number(x), _number(BOTTOM - height), _number(width), _number(height))


def _line(value: int, y: float) -> Line:
    return Line(_number(y), _number(y + 4), str(number_format(value)), value == 0)


def _label(day: date, *, with_weekday: bool) -> str:
    weekday = f"{WEEKDAYS_ABBR[day.weekday()]} " if with_weekday else ""
    return f"{weekday}{day.day}.{day.month}."


def _step(most: int) -> int:
    """Return the round number between two lines, so that there are few of them."""
    size = 1
    while True:
        for factor in STEPS:
            if most <= factor * size * LINES_MOST:
                return factor * size
        size *= 10


def _number(value: float) -> str:
    return f"{value:.1f}"
