"""Which process does which tests: one of them all that need Chromium.

xdist's own marks for this (`--dist loadgroup`) have no effect with pytest 9.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

ROOT = Path(__file__).parents[1]
CHROMIUM = "Chromium"
# Files here start servers that all their tests share.
SHARING = ("tests/system/", "tests/lab/")


@cache
def _scope_of(file: str) -> str:
    text = (ROOT / file).read_text(encoding="utf-8")
    return CHROMIUM if "playwright" in text or "look_through" in text else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    """Let one process do what shares something dear."""
    return Scheduling(config, log)


class Scheduling(LoadScopeScheduling):
    """Gives out tests one by one, but those that share something dear together."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return _scope_of(file) if file.startswith(SHARING) else nodeid

    def remove_node(self, node: WorkerController) -> str | None:
        """Give what a process had left to others, but not the test that ended it."""
        workload = self.assigned_work.pop(node)
        left = {
            scope: [test for test, done in unit.items() if not done]
            for scope, unit in workload.items()
        }
        crashed = next((tests[0] for tests in left.values() if tests), None)
        for scope, tests in left.items():
            if again := {test: False for test in tests if test != crashed}:
                self.workqueue[scope] = again
        for other in self.assigned_work:
            self._reschedule(other)
        return crashed

    def _reschedule(self, node: WorkerController) -> None:
        super()._reschedule(node)
        # A process does no test before it knows of another or of the end: one that
        # came late with a single test would wait for good.
        while not node.shutting_down and self._pending_of(self.assigned_work[node]) < 2:
            super()._reschedule(node)
