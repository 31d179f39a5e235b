"""Ends a test process that hangs where its own time limit could not help.

The limit of pytest-timeout raises once in the main thread; whoever then waits for a
server that does not end waits for good, and the whole run with it. After some minutes
more this ends the process: the run reports the test as crashed and goes on without it.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

# How long a test whose time is up may take to clean up behind itself.
CLEANING_SECONDS = 120


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """End a process that hangs although its test's limit has passed."""
    own = item.get_closest_marker("timeout")
    limit = own.args[0] if own else float(item.config.getini("timeout"))
    with ended_after(limit + CLEANING_SECONDS, item.nodeid):
        return (yield)


@contextmanager
def ended_after(seconds: float, what: str) -> Iterator[None]:
    """End this process, and those that it started, if the block takes longer."""
    timer = threading.Timer(seconds, _end, [what])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _end(what: str) -> None:
    out = sys.__stderr__
    if out is not None:
        out.write(f"\n{what} hangs: its process is ended\n")
        faulthandler.dump_traceback(out)
        out.flush()
    for pid in _children_of(os.getpid()):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    os._exit(1)


def _children_of(parent: int) -> list[int]:
    """Return the processes below, children's children first."""
    path = Path(f"/proc/{parent}/task")
    found: list[int] = []
    for children in path.glob("*/children"):
        for pid in map(int, children.read_text().split()):
            found += [*_children_of(pid), pid]
    return found
