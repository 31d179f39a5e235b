"""Fails where a unit of work costs over a fifth more CPU than the recorded baseline.

    python -m bench.check [--record]

--record makes the last results the baseline. CPU is held against it, not speed: what
else the machine does hardly moves it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from bench.result import BASELINE, RESULTS

GROWTH_MAX = 1.20

Told = dict[str, object]  # a result as its JSON has it


def record(results: Iterable[Told]) -> None:
    """Make these results the baseline; others in it stay."""
    known = read(BASELINE)
    for result in results:
        ours = dict(result["ours"])  # type: ignore[call-overload]
        kept = {name: result[name] for name in ("unit", "size", "commit", "machine")}
        cpu = ours["cpu_us_per_unit"]
        known[str(result["name"])] = kept | {"cpu_us_per_unit": cpu}
    text = json.dumps(known, indent=1, sort_keys=True, ensure_ascii=False)
    BASELINE.write_text(text + "\n")


def read(path: Path) -> dict[str, Told]:
    """Return the recorded baseline, empty when there is none."""
    return dict(json.loads(path.read_text())) if path.exists() else {}


def compare(
    baseline: dict[str, Told], results: Iterable[Told]
) -> list[tuple[str, bool]]:
    """Return a line for each result with a baseline of its size, and if it holds."""
    lines = []
    for result in results:
        known = baseline.get(str(result["name"]))
        if not known or known["size"] != result.get("size"):
            continue
        ours = dict(result["ours"])  # type: ignore[call-overload]
        was, now = float(str(known["cpu_us_per_unit"])), float(ours["cpu_us_per_unit"])
        growth = now / was
        said = f"{result['name']:20} {was:>10,.0f} → {now:>10,.0f} µs CPU ×{growth:.2f}"
        lines.append((said, growth <= GROWTH_MAX))
    return lines


def main() -> int:
    """Return 1 where CPU grew too much, 2 where there is nothing to compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    results = [json.loads(path.read_text()) for path in sorted(RESULTS.glob("*.json"))]
    if options.record:
        record(results)
    lines = compare(read(BASELINE), results)
    if not lines:
        print("bench-check: no results to compare; run `make bench` first")
        return 2
    for said, holds in lines:
        print(f"{said}  {'ok' if holds else 'GROWN'}")
    return 0 if all(holds for _said, holds in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
