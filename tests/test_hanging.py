"""The guard over tests that hang."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HANGING = """
import subprocess, threading
from tests.hanging import ended_after
with ended_after({seconds}, "this test"):
    child = subprocess.Popen(["sleep", "60"])
    print(child.pid, flush=True)
    {block}
child.kill()
print("went on")
"""

HUNG = """
import time
def test_hangs():
    try:
        time.sleep(60)
    finally:
        time.sleep(60)
def test_comes_after(): pass
def test_is_done_elsewhere(): pass
def test_is_done_too(): pass
"""
AT_ONCE = "from tests import hanging; hanging.CLEANING_SECONDS = 1"


def run(seconds: float, block: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", HANGING.format(seconds=seconds, block=block)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_process_that_hangs_is_ended_with_its_children_and_says_where():
    done = run(0.5, "child.wait()")

    assert done.returncode == 1
    assert "this test hangs" in done.stderr
    assert "in wait" in done.stderr
    assert not Path(f"/proc/{int(done.stdout)}/exe").exists()


def test_process_that_ends_in_time_goes_on():
    done = run(30, "pass")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("went on\n")


@pytest.mark.parametrize("processes", [1, 2])
def test_run_goes_on_without_the_test_that_hung(tmp_path, processes):
    (tmp_path / "test_hung.py").write_text(HUNG)
    (tmp_path / "at_once.py").write_text(AT_ONCE)
    (tmp_path / "pytest.ini").write_text("[pytest]\ntimeout = 1\n")
    plugins = ["tests.hanging", "tests.scheduling", "at_once", "no:django"]

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", str(processes), "."]
        + [word for plugin in plugins for word in ("-p", plugin)],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
        env=os.environ | {"PYTHONPATH": f"{ROOT}:{tmp_path}"},
    )  # fmt: skip

    assert "crashed while running 'test_hung.py::test_hangs'" in done.stdout
    assert "1 failed, 3 passed" in done.stdout
