"""What the tests of the whole house share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.services.corpus import Specimen, specimens

WHOLE = pytest.param(False, marks=[pytest.mark.full, pytest.mark.timeout(2400)])


@pytest.fixture
def say(capsys) -> Callable[[str], None]:
    """Return a function that prints past pytest's capturing."""

    def print_it(text: str) -> None:
        with capsys.disabled():
            print(f"\n{text}")

    return print_it


@pytest.fixture
def any_port(settings) -> None:
    """Let next hops be on any port: those of the tests are."""
    settings.ALLOWED_PORTS = list(range(1024, 65536))


@pytest.fixture(params=[True, WHOLE], ids=["sample", "whole"])
def chosen(request, corpora: Path) -> list[Specimen]:
    """Return the corpus's sample, and in the full run the whole."""
    return specimens(corpora, only_sample=request.param)
