"""Programs of the machine, run for what they print."""

import os
import subprocess
from typing import Dict

SECONDS = 2.0
# Words and numbers as they are, whatever language the machine speaks.
_PLAIN = {"LC_ALL": "C", "LANG": "C"}


def environment() -> Dict[str, str]:
    """Return what programs are started with: plain words, the system's own folders."""
    if os.name == "nt":
        return dict(os.environ)
    path = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"
    return dict(os.environ, PATH=path, **_PLAIN)


def output_of(*argv: str, seconds: float = SECONDS) -> str:
    """Return what a program printed, as far as it came in time; empty without it."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed words, no shell
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        return (error.output or b"").decode("utf-8", "replace")
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace")
