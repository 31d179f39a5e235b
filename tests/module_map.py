"""The map in docs/architecture.md, made from the first sentence of every module.

`python -m tests.module_map` writes it; `make format` does so too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/architecture.md"
HEADING = "## The map\n"
HOUSES = ("cleanmail/wire", "accounts", "quarantine", "diagnostics", "cleanmail")
TITLES = {"cleanmail/wire": "The ground: cleanmail/wire", "cleanmail": "The roof"}
# Migrations, commands and formats are found by Django, by name.
UNLISTED = {"migrations", "management", "formats", "__pycache__"}


def render() -> str:
    """Return the map as it should stand in the page."""
    rooms = [
        _room(folder, TITLES.get(name, str(folder.relative_to(ROOT))))
        for name in HOUSES
        for folder in _folders(ROOT / name)
        if name != "cleanmail" or folder != ROOT / "cleanmail/wire"
    ]
    return "\n".join([HEADING, *rooms])


def page_with(text: str) -> str:
    """Return the page with that map in place of its own."""
    return PAGE.read_text().split(HEADING)[0] + text


def _folders(top: Path) -> Iterator[Path]:
    yield top
    for folder in sorted(path for path in top.rglob("*") if path.is_dir()):
        if not UNLISTED & set(folder.relative_to(ROOT).parts) and _modules(folder):
            yield folder


def _modules(folder: Path) -> list[Path]:
    modules = sorted(folder.glob("*.py"))
    return [path for path in modules if path.stem not in {"__init__", "apps"}]


def _room(folder: Path, title: str) -> str:
    top = folder in {ROOT / house for house in HOUSES}
    heading = title if top else str(folder.relative_to(ROOT))
    rows = [f"| `{path.name}` | {_sentence(path)} |" for path in _modules(folder)]
    return "\n".join([f"### {heading}", "", "| room | what |", "|---|---|", *rows, ""])


def _sentence(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_text())) or ""
    return " ".join(text.split("\n\n")[0].split())


if __name__ == "__main__":
    PAGE.write_text(page_with(render()))
