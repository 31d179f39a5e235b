"""What is measured and how: rounds that alternate, CPU of a process tree."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of one subject: its figure in the benchmark's unit, CPU for each unit."""

    value: float
    cpu_us: float


Subject = Callable[[], Measured]


def tree_cpu_seconds(root: int) -> float:
    """Return user and system time of a process and all below it, the ended included."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # ended meanwhile: its time is in its parent's
            continue
        pid = int(entry.name)
        parents[pid] = int(fields[1])
        ticks[pid] = sum(int(field) for field in fields[11:15])
    total, todo = 0, [root]
    while todo:
        pid = todo.pop()
        total += ticks.get(pid, 0)
        todo += [child for child, parent in parents.items() if parent == pid]
    return total / TICKS


def own_cpu_seconds() -> float:
    """Return the time of this process and of its children that have ended."""
    used = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        used += usage.ru_utime + usage.ru_stime
    return used


def time_units(work: Callable[[], object], units: int) -> Measured:
    """Run `work`, which does `units` of it in this process; the value is units/s."""
    cpu, since = own_cpu_seconds(), time.perf_counter()
    work()
    seconds = time.perf_counter() - since
    return Measured(units / seconds, (own_cpu_seconds() - cpu) / units * MICRO)


def alternate(subjects: dict[str, Subject], rounds: int) -> dict[str, list[Measured]]:
    """Measure every subject once a round: what else runs here hits all alike."""
    measured: dict[str, list[Measured]] = {name: [] for name in subjects}
    for number in range(rounds):
        for name, subject in subjects.items():
            found = subject()
            measured[name].append(found)
            print(
                f"  round {number + 1} {name}: {found.value:,.1f}"
                f" ({found.cpu_us:,.0f} µs CPU)",
                flush=True,
            )
    return measured
