"""Which process does which tests: one of them all that need Chromium.

xdist's own marks for this (`--dist loadgroup`) have no effect with pytest 9.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parents[1]
CHROMIUM = "Chromium"
# Files here start servers that all their tests share.
SHARING = ("tests/system/", "tests/lab/")


@cache
def _scope_of(file: str) -> str:
    text = (ROOT / file).read_text(encoding="utf-8")
    return CHROMIUM if "playwright" in text or "look_through" in text else file


class Scheduling(LoadScopeScheduling):
    """Gives out tests one by one, but those that share something dear together."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return _scope_of(file) if file.startswith(SHARING) else nodeid
