"""What the documentation promises is so."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

from tests import module_map

ROOT = Path(__file__).parents[1]


def test_every_setting_is_documented():
    code = (ROOT / "cleanmail/settings.py").read_text()
    names = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', code))
    names |= set(re.findall(r'_secret\("([A-Z_]+)"', code))
    documented = set(
        re.findall(r"`([A-Z_]+)`", (ROOT / "docs/configuration.md").read_text())
    )

    assert len(names) > 30
    assert not names - documented


def test_every_model_is_in_the_glossary():
    glossary = (ROOT / "docs/glossary.md").read_text()

    missing = [
        model.__name__
        for house in ("accounts", "quarantine", "diagnostics")
        for model in apps.get_app_config(house).get_models()
        if f"`{model.__name__}`" not in glossary
    ]

    assert not missing


def test_every_dependency_is_justified():
    required = re.findall(
        r"^([a-z0-9-]+)(?:\[.*\])?==",
        (ROOT / "requirements.txt").read_text().split("# Pulled in")[0],
        re.MULTILINE,
    )
    reasons = (ROOT / "docs/dependencies.md").read_text()

    assert len(required) > 10
    assert [name for name in required if f"`{name}`" not in reasons] == []


def test_the_map_names_every_module_by_its_own_sentence():
    """A room that nobody described is a room that nobody finds."""
    made = module_map.render()

    assert "|  |" not in made
    assert module_map.PAGE.read_text() == module_map.page_with(made), (
        "python -m tests.module_map writes it"
    )


def test_links_in_documents_lead_somewhere():
    broken = []
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text())
        broken += [
            f"{path.name}: {target}"
            for target in targets
            if "://" not in target and not (path.parent / target).exists()
        ]

    assert not broken


def test_the_demo_starts_where_nothing_is_set():
    names = {"DEBUG", "SECRET_KEY", "KEY_RING", "DEMO_PASSWORD"}
    bare = {name: value for name, value in os.environ.items() if name not in names}

    done = subprocess.run(
        [sys.executable, "manage.py", "run_demo", "--help"],
        cwd=ROOT, env={**bare, "READ_DOTENV": "0"}, capture_output=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert b"--port" in done.stdout


@pytest.mark.parametrize("page", ["asvs.md", "attackers-tour.md"])
def test_each_row_about_security_names_tests_that_exist(page: str):
    table = (ROOT / "docs/security" / page).read_text()
    named = set(re.findall(r"`(test_\w+)::(test_\w+)`", table))
    written = {
        (path.stem, name)
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", path.read_text(), re.MULTILINE)
    }

    assert len(named) > 40
    assert named - written == set()


def test_the_asvs_table_is_complete_at_level_two():
    """The numbers of the chapters V6 and V7 of version 5.0 at the levels 1 and 2."""
    table = (ROOT / "docs/security/asvs.md").read_text()
    sections = {
        "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3,
        "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2,
    }  # fmt: skip
    numbers = {f"{s}.{n}" for s, last in sections.items() for n in range(1, last + 1)}

    rows = re.findall(
        r"^\| ([67]\.\d\.\d+)(?: – 6\.8\.4)? \| [12] \|", table, re.MULTILINE
    )

    assert set(rows) == numbers | {"6.8.1"}
    assert len(rows) == len(set(rows))
