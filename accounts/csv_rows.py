"""Rows of CSV for spreadsheets, in which nothing is taken for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

# Or Excel takes UTF-8 for the Western code page.
BYTE_ORDER_MARK = "\ufeff"
# What a spreadsheet would take for a formula or a command; some take wide signs, too.
FORMULA_STARTS = tuple("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")
# Where a spreadsheet that parts at other signs than ours would begin a cell.
INNER_START = re.compile(r"([,;|][\s\u00a0]*)(?=[=+\-@|%\uff1d\uff0b\uff0d\uff20])")


def write_row(values: Iterable[object]) -> str:
    """Return a line of CSV; nothing of it is harmless yet."""
    line = io.StringIO()
    csv.writer(line, delimiter=";").writerow(values)
    return line.getvalue()


def defuse(value: object) -> object:
    """Return a value that no spreadsheet runs: an apostrophe stands before a formula.

    Also within a text, for one that takes commas for the ends of cells.
    """
    if value is None:
        return ""
    if isinstance(value, int | float):
        return value
    text = INNER_START.sub(r"\1'", str(value))
    # Spreadsheets look behind blanks.
    is_risky = text.lstrip(" \u00a0").startswith(FORMULA_STARTS)
    return f"'{text}" if is_risky else text
