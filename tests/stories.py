"""The table of failure stories, and which tests tell each (`python -m tests.stories`).

The clauses are written by hand; a test tells a story when its name begins with the id.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "failure-stories.md"
IDS = [
    *(f"L{n}" for n in range(1, 16)),
    *(f"D{n}" for n in range(1, 6)),
    *(f"S{n}" for n in range(1, 20)),
]
ROW = re.compile(r"^\| ([LDS]\d+) \| ([^|]+) \| ([^|]*) \|$", re.MULTILINE)
TEST = re.compile(r"^def test_([lds]\d+)_\w+", re.MULTILINE)


def find_tests() -> dict[str, list[str]]:
    """Return the tests that are named after a story, by its id."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        for match in TEST.finditer(text):
            name = match[0].removeprefix("def ")
            found[match[1].upper()].append(f"{path.relative_to(ROOT)}::{name}")
    return found


def read_rows() -> dict[str, list[str]]:
    """Return the tests that the page lists, by story."""
    page = PAGE.read_text(encoding="utf-8")
    return {row[1]: re.findall(r"`([^`]+)`", row[3]) for row in ROW.finditer(page)}


def write() -> None:
    """Write the tests into the rows; the clauses stay."""
    found = find_tests()

    def told(row: re.Match[str]) -> str:
        tests = ", ".join(f"`{test}`" for test in found[row[1]])
        return f"| {row[1]} | {row[2]} | {tests} |"

    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(ROW.sub(told, page), encoding="utf-8")


if __name__ == "__main__":
    write()
