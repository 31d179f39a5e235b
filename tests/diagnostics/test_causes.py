"""The catalogue: complete in what it promises, and within the agent's syntax."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path
from string import Formatter

import pytest

from diagnostics import causes
from diagnostics.causes import (
    texts_de,
    texts_en,
    texts_fr,
    texts_it,
    together_de,
    together_en,
    together_fr,
    together_it,
)

ROOT = Path(__file__).parents[2]
CARRIED = [
    path
    for folder in (
        "cleanmail/wire",
        "diagnostics/checks",
        "diagnostics/error_text",
        "diagnostics/verdicts",
    )
    for path in sorted((ROOT / folder).glob("*.py"))
] + sorted((ROOT / "diagnostics" / "causes").glob("*.py"))
OLD_PYTHON = Path.home() / ".pyenv/versions/3.6.15/bin/python"
GERMAN = (texts_de, together_de)
LANGUAGES = {
    "en": (texts_en, together_en),
    "fr": (texts_fr, together_fr),
    "it": (texts_it, together_it),
}


def verdict_words(pattern: str) -> set[str]:
    texts = [path.read_text() for path in (ROOT / "diagnostics/verdicts").glob("*.py")]
    return {word for text in texts for word in re.findall(pattern, text)}


def test_every_cause_named_by_a_verdict_has_a_text():
    named = verdict_words(r'Finding\(\s*"([a-z0-9-]+)"')
    named |= verdict_words(r'"([a-z0-9-]+)": 0\.')

    assert len(named) > 40
    assert named <= set(causes.CATALOGUE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_all_of_it(language):
    for texts, german in zip(LANGUAGES[language], GERMAN, strict=True):
        assert set(texts.CAUSES) == set(german.CAUSES)
        assert set(texts.REASONS) == set(german.REASONS)
        assert set(texts.NEXT_CHECKS) == set(german.NEXT_CHECKS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_takes_the_same_values(language):
    def fields(text: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    for texts, german in zip(LANGUAGES[language], GERMAN, strict=True):
        for code, text in german.REASONS.items():
            assert fields(texts.REASONS[code]) == fields(text), code


def test_every_slug_of_the_contract_has_its_texts():
    contract = ROOT / "../shared/design/contract.md"
    if not contract.exists():
        pytest.skip("no contract beside the checkout")
    listed = contract.read_text().split("Slugs, each a row")[1].split("(96 slugs")[0]

    assert set(re.findall(r"`([a-z0-9-]+)`", listed)) <= set(causes.CATALOGUE)


def test_swiss_spelling():
    assert all("ß" not in Path(texts.__file__).read_text() for texts in GERMAN)


@pytest.mark.parametrize("path", CARRIED, ids=lambda path: path.stem)
def test_parses_as_python_3_6(path):
    ast.parse(path.read_text(), feature_version=(3, 6))


def test_imports_and_judges_in_python_3_6():
    if not OLD_PYTHON.exists():
        pytest.skip("no Python 3.6 here")
    code = (
        "import diagnostics.causes, diagnostics.checks.run, diagnostics.error_text\n"
        "from diagnostics.verdicts import judge\n"
        "print(judge([]))"
    )

    done = subprocess.run(
        [OLD_PYTHON, "-W", "error", "-c", code],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )

    assert done.stdout == b"[]\n", done.stderr.decode()
