"""Rows of CSV for spreadsheets, in which nothing is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

# Or Excel takes UTF-8 for the Western code page.
BYTE_ORDER_MARK = "\ufeff"
# What a spreadsheet would take for a formula or a command.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def write_row(values: Iterable[object]) -> str:
    """Return a line of CSV; nothing of it is harmless yet."""
    line = io.StringIO()
    csv.writer(line, delimiter=";").writerow(values)
    return line.getvalue()


def defuse(value: object) -> object:
    """Return a value that no spreadsheet runs: a text gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return value
    text = str(value)
    # Spreadsheets look behind blanks.
    is_risky = text.lstrip(" \u00a0").startswith(FORMULA_STARTS)
    return f"'{text}" if is_risky else text
