"""Runs the agent as a customer's server would: as a file, by some interpreter."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from diagnostics import agent_file

VERSIONS = ("3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13")
SLUG = re.compile(r"^ *\d+%  [a-z0-9-]+$", re.MULTILINE)
# What nobody who runs it may ever see.
TRACEBACK = "Traceback"


def find_python(version: str) -> Path | None:
    """Return an interpreter of that version, pyenv's own if there is one."""
    places = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python3"))
    places.append(Path(f"/usr/bin/python{version}"))
    return next((place for place in places if place.exists()), None)


def write_agent(folder: Path, settings: dict[str, object] | None = None) -> Path:
    """Write the file where everybody can read it."""
    script = folder / "cleanmail-probe.py"
    script.write_bytes(agent_file.build(settings))
    return script


def run_agent(
    *command: object, typed: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command line with hardly any environment and no terminal."""
    done = subprocess.run(
        [str(word) for word in command],
        check=False,
        input=typed,
        capture_output=True,
        timeout=60,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **environment},
        start_new_session=True,  # without a terminal to ask on
    )
    out = done.stdout.decode("utf-8", "replace")
    err = done.stderr.decode("utf-8", "replace")
    assert TRACEBACK not in out + err, err
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)
