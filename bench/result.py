"""A benchmark's result: ratios against targets, as table and as JSON."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.measuring import Measured

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results"
BASELINE = ROOT / "bench" / "baseline.json"
OURS = "ours"


@dataclass(frozen=True, slots=True)
class Result:
    """What the rounds of one benchmark gave.

    A ratio is how many times better ours is: ours/peer where more is better, peer/ours
    where less is. `of_cpu` compares CPU per unit instead of the value.
    """

    name: str
    unit: str
    measured: dict[str, list[Measured]]
    targets: dict[str, float]
    size: str = ""
    higher_is_better: bool = True
    of_cpu: bool = False
    notes: tuple[str, ...] = field(default=())

    def figures(self, subject: str) -> dict[str, float]:
        """Return median, extremes and CPU of one subject."""
        values = [found.value for found in self.measured[subject]]
        return {
            "median": _rounded(median(values)),
            "min": _rounded(min(values)),
            "max": _rounded(max(values)),
            "cpu_us_per_unit": _rounded(
                median(found.cpu_us for found in self.measured[subject])
            ),
        }

    @property
    def ratios(self) -> dict[str, float]:
        """Return how many times better ours is than each peer."""
        key = "cpu_us_per_unit" if self.of_cpu else "median"
        mine = self.figures(OURS)[key]
        made = {}
        for peer in self.measured:
            if peer != OURS:
                theirs = self.figures(peer)[key]
                more_is_better = self.higher_is_better and not self.of_cpu
                better, worse = (mine, theirs) if more_is_better else (theirs, mine)
                made[peer] = round(better / worse, 2) if worse else 0.0
        return made

    @property
    def is_met(self) -> bool:
        """Say whether every target that was measured is met."""
        ratios = self.ratios
        return all(ratios[p] >= t for p, t in self.targets.items() if p in ratios)

    def as_json(self) -> dict[str, object]:
        """Return it as the contract has it."""
        peers = [name for name in self.measured if name != OURS]
        return {
            "name": self.name,
            "commit": commit(),
            "rounds": len(self.measured[OURS]),
            "unit": self.unit,
            "higher_is_better": self.higher_is_better,
            "ours": self.figures(OURS),
            "peers": {name: self.figures(name) for name in peers},
            "ratios": self.ratios,
            "targets": self.targets,
            "met": self.is_met,
            "machine": machine(),
            "size": self.size,
            "notes": list(self.notes),
        }

    def as_table(self) -> str:
        """Return it as people read it."""
        title = f"{self.name} ({self.unit}{'; ' + self.size if self.size else ''})"
        head = f"{'':24}{'median':>12}{'min':>12}{'max':>12}{'CPU µs':>12}{'ratio':>8}"
        lines = [title, head]
        for subject in self.measured:
            figures = self.figures(subject)
            numbers = "".join(f"{figures[key]:>12,.1f}" for key in figures)
            ratio = self.ratios.get(subject)
            told = f"{ratio:>8.2f}" if ratio is not None else ""
            target = self.targets.get(subject)
            wanted = f"  (target {target})" if target is not None else ""
            lines.append(f"  {subject:22}{numbers}{told}{wanted}")
        lines += [f"  {note}" for note in self.notes]
        return "\n".join(lines)

    def write(self) -> None:
        """Write bench/results/<name>.json."""
        RESULTS.mkdir(exist_ok=True)
        text = json.dumps(self.as_json(), indent=1, ensure_ascii=False)
        (RESULTS / f"{self.name}.json").write_text(text + "\n")


def _rounded(value: float) -> float:
    return round(value, 3 if value < 10 else 1)


def commit() -> str:
    """Return the commit that was measured, with a + when the tree differs from it."""
    told = _git("rev-parse", "--short", "HEAD")
    return f"{told}+" if _git("status", "--porcelain", "-uno") else told


def _git(*words: str) -> str:
    done = subprocess.run(
        ["git", *words], capture_output=True, text=True, check=False, cwd=ROOT
    )
    return done.stdout.strip()


def machine() -> str:
    """Return cores, memory, Python and the load that ran beside the benchmark."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return (
        f"{os.cpu_count()} cores, {pages / 2**30:.0f} GiB, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}, "
        f"load {os.getloadavg()[1]:.1f}"
    )
