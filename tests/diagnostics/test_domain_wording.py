"""Every code of a domain's stations has its words, and the words only what they get."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from diagnostics.domain_wording import _TEXTS

ROOT = Path(__file__).parents[2]
RULES = ("diagnostics/domain_rules.py", "diagnostics/hop_rules.py")
CODE = re.compile(r"(control|delegation|mx|spf|dkim|dmarc|hop)-[a-z-]+\Z")
VALUES = {
    "not": set(),
    "control": set(),
    "delegation": {"servers"},
    "mx": {"found", "expected", "foreign", "name", "missing"},
    "spf": {"include", "count", "limit", "terms", "broken", "names"},
    "dkim": {"selector", "selectors", "bits"},
    "dmarc": {"policy", "above"},
    "hop": {"host", "port", "reply", "version", "names", "not_after"},
}


def codes() -> set[str]:
    found = set()
    for name in RULES:
        for node in ast.walk(ast.parse((ROOT / name).read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return {text for text in found if CODE.match(text)}


def test_every_code_has_words_and_all_words_are_used():
    assert codes() | {"not-seen"} == set(_TEXTS)


@pytest.mark.parametrize("code", sorted(_TEXTS))
def test_words_name_only_values_of_their_station(code):
    text = " ".join(str(part) for part in _TEXTS[code])

    named = set(re.findall(r"%\((\w+)\)s", text))

    assert named <= VALUES[code.partition("-")[0]]
    assert "%" not in re.sub(r"%\(\w+\)s", "", text)
