"""Which reader fits the operating system that this runs on."""

import sys
from typing import Callable, Dict

from diagnostics.checks.machine import Machine
from diagnostics.checks.machine_linux import read_linux
from diagnostics.checks.machine_linux import read_neighbours as _neighbours_linux
from diagnostics.checks.machine_macos import read_macos
from diagnostics.checks.machine_macos import read_neighbours as _neighbours_macos
from diagnostics.checks.machine_windows import read_neighbours as _neighbours_windows
from diagnostics.checks.machine_windows import read_windows

_READERS: Dict[str, Callable[[], Machine]] = {
    "linux": read_linux,
    "darwin": read_macos,
    "win32": read_windows,
}
_NEIGHBOURS: Dict[str, Callable[[], Dict[str, str]]] = {
    "linux": _neighbours_linux,
    "darwin": _neighbours_macos,
    "win32": _neighbours_windows,
}


def read_machine() -> Machine:
    """Return this machine's network; empty on a system nobody taught us."""
    reader = _READERS.get(sys.platform)
    return reader() if reader else Machine()


def read_neighbours() -> Dict[str, str]:
    """Return who on this machine's lines answered, as of now."""
    reader = _NEIGHBOURS.get(sys.platform)
    return reader() if reader else {}
