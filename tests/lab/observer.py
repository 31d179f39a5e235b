"""Runs our own probe where the customer is, and holds its causes against the fault."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tests.lab.fault import Configured
from tests.lab.lab import Lab
from tests.lab.topology import ROOT, SCANNER4

PROBE_SECONDS = 120
SURE = 0.5  # above it a wrong cause leads people astray


class Result(StrEnum):
    """How well the causes fit what was broken."""

    FIRST = "first"
    GROUP = "group"
    LISTED = "listed"
    NOT_NAMED = "not named"


@dataclass(frozen=True, slots=True)
class Named:
    """A cause that the probe named."""

    slug: str
    confidence: float
    next_check: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """What the probe said: its causes, most likely first, and how long it took."""

    causes: tuple[Named, ...]
    seconds: float
    error: str = ""
    statuses: tuple[str, ...] = ()

    def result(self, slug: str) -> Result:
        """Return how well the causes fit; a group shares the first one's confidence."""
        by_slug = {cause.slug: cause.confidence for cause in self.causes}
        if slug not in by_slug:
            return Result.NOT_NAMED
        if self.causes[0].slug == slug:
            tied = [c for c in self.causes if c.confidence == by_slug[slug]]
            return Result.GROUP if len(tied) > 1 else Result.FIRST
        is_tied = by_slug[slug] == self.causes[0].confidence
        return Result.GROUP if is_tied else Result.LISTED

    def is_misled(self, slug: str) -> bool:
        """Say whether a wrong cause stands first and sounds sure."""
        first = self.causes[0] if self.causes else Named(slug, 0.0)
        return first.slug != slug and first.confidence > SURE


def command(configured: Configured, cafile: str) -> list[str]:
    """Return the probe as the customer's admin would call it."""
    return [
        *(sys.executable, "manage.py", "probe", configured.host),
        *("--port", str(configured.port)),
        *("--username", configured.username, "--password-stdin"),
        *("--cafile", cafile, "--expect-address", SCANNER4, "--json"),
    ]


def observe(lab: Lab, configured: Configured) -> Observation:
    """Probe from the customer's namespace."""
    argv = command(configured, str(lab.certificates / "root.pem"))
    # The settings of an installation must not reach into the lab.
    environment = os.environ | {
        "READ_DOTENV": "0",
        "VAR_DIR": str(lab.folder),
        "DEFAULT_LANGUAGE": "en",
    }
    since = time.monotonic()
    done = subprocess.run(
        lab.topology.inside("customer", *argv),
        input=configured.password, capture_output=True, text=True, cwd=ROOT,
        env=environment, timeout=PROBE_SECONDS, check=False,
    )  # fmt: skip
    seconds = time.monotonic() - since
    if done.returncode not in (0, 1) or not done.stdout.strip().startswith("{"):
        tail = (done.stderr or done.stdout).strip().splitlines()[-1:]
        return Observation((), seconds, error=" ".join(tail) or "no output")
    return read(json.loads(done.stdout), seconds)


def read(report: dict[str, Any], seconds: float) -> Observation:
    """Read the causes of a probe's JSON."""
    causes = [
        Named(c["slug"], float(c["confidence"]), c.get("next_check") or "")
        for c in report["causes"]
    ]
    statuses = [
        f"{e['check']} {e['subject']}: {e['status']}"
        for e in report["evidence"]
        if e["status"] == "failed"
    ]
    return Observation(tuple(causes), seconds, statuses=tuple(statuses))
