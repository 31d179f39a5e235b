"""The fault lab: faults are injected for real, and our own probe judges them."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.configured import Configured
from tests.lab.faults import BY_SLUG, SAMPLE_SIZE, SEED, sample
from tests.lab.lab import Lab, lab, missing, sweep
from tests.lab.observer import Result, observe
from tests.lab.page import DOCUMENT
from tests.lab.topology import CommandFailed, run

SAMPLE = sample(SAMPLE_SIZE, SEED)
RIGHT = {Result.FIRST, Result.GROUP}

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(bool(missing()), reason=missing() or "nothing"),
]


@pytest.fixture(scope="module")
def made() -> Iterator[Lab]:
    with lab() as up:
        yield up


def recorded(slug: str) -> str:
    """Return the verdict that the page of the last whole run gives for a fault."""
    found = re.search(
        rf"^\| `{slug}` \|(?:[^|]+\|){{4}} ([^|]+) \|", page(), re.MULTILINE
    )
    return found[1] if found else ""


def page() -> str:
    return DOCUMENT.read_text() if DOCUMENT.exists() else ""


def test_names_no_cause_in_a_healthy_network(made: Lab):
    verdicts = observe(made, Configured())

    assert not verdicts.error
    assert verdicts.together.causes == ()
    assert verdicts.agent.causes == ()
    assert verdicts.log.causes == ()
    assert "status=sent" in verdicts.said


@pytest.mark.parametrize("slug", [fault.slug for fault in SAMPLE])
def test_names_a_fault_as_well_as_the_page_says(made: Lab, slug: str):
    fault = BY_SLUG[slug]

    with made.fault(fault.inject):
        verdicts = observe(made, fault.configured)

    assert not verdicts.error
    was = recorded(slug).split(",")[0]
    assert was not in RIGHT or verdicts.together.result(slug) in RIGHT, verdicts
    assert not verdicts.together.is_misled(slug), verdicts


def test_leaves_nothing_behind_when_a_run_fails():
    seen: list[Lab] = []

    with pytest.raises(CommandFailed):
        fail_inside(seen)

    assert seen[0].topology.prefix not in run("ip", "netns", "list")
    assert not seen[0].folder.exists()
    assert not list(Path("/etc/netns").glob(f"{seen[0].topology.prefix}*"))


def test_takes_down_what_a_killed_run_has_left():
    program = (
        "import os, signal\n"
        "from tests.lab.lab import lab\n"
        "with lab() as up:\n"
        "    print(up.topology.prefix, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    prefix = killed.stdout.strip()
    assert prefix in run("ip", "netns", "list")

    sweep()

    assert prefix not in run("ip", "netns", "list")
    assert not list(Path(tempfile.gettempdir()).glob(f"{prefix[:-1]}*"))


def fail_inside(seen: list[Lab]) -> None:
    with lab() as up:
        seen.append(up)
        up.break_router("no such words")
