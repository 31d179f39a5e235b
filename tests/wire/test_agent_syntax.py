"""The wire is carried by the agent: it runs on Python 3.6 without any package."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WIRE = sorted((ROOT / "cleanmail" / "wire").glob("*.py"))
# What pyenv's shims say is no answer: it may be there and refuse to run.
OLD_PYTHONS = [
    *sorted(Path.home().glob(".pyenv/versions/3.6.*/bin/python")),
    Path("/usr/bin/python3.6"),
]
OLD_PYTHON = next((path for path in OLD_PYTHONS if path.exists()), None)


@pytest.mark.parametrize("path", WIRE, ids=lambda path: path.name)
def test_keeps_to_the_syntax_of_python_3_6(path):
    ast.parse(path.read_text(), feature_version=(3, 6))


@pytest.mark.parametrize("path", WIRE, ids=lambda path: path.name)
def test_imports_the_standard_library_and_itself_only(path):
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")

    foreign = {
        name
        for name in imported
        if name.split(".")[0] not in sys.stdlib_module_names
        and not name.startswith("cleanmail.wire")
    }
    assert not foreign
    assert "__future__" not in imported
    assert "dataclasses" not in imported


@pytest.mark.skipif(OLD_PYTHON is None, reason="no Python 3.6 here")
def test_is_imported_by_python_3_6():
    names = [f"cleanmail.wire.{path.stem}" for path in WIRE if path.stem != "__init__"]

    subprocess.run(
        [str(OLD_PYTHON), "-B", "-c", "import " + ", ".join(names)],
        cwd=ROOT,
        check=True,
        timeout=60,
    )
