"""Runs every benchmark, ours beside its peers in alternating rounds.

    python -m bench.run [--full] [GROUP …]

Each writes bench/results/<name>.json.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import peers
from bench.installation import installation
from bench.result import Result

GROUPS = ("intake", "release", "listing", "probe")


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    rounds: int
    messages: int
    released: int
    rows: int
    page_turns: int
    probes: int


SMALL = Size(
    rounds=3, messages=1500, released=200, rows=200_000, page_turns=20, probes=100
)
FULL = Size(
    rounds=5, messages=6000, released=1000, rows=10_000_000, page_turns=50, probes=300
)


def measure(folder: Path, size: Size, groups: tuple[str, ...]) -> Iterator[Result]:
    """Yield the results of these groups, each as it is there."""
    # Only now is there an installation for Django's models to be imported into.
    with installation(folder) as database_pid:
        from bench import intake, listing, probe, release  # noqa: PLC0415

        rounds, reason = size.rounds, peers.missing()
        if "intake" in groups:
            print("intake_mixed_50", flush=True)
            yield intake.run(
                folder, database_pid, messages=size.messages, rounds=rounds
            )
        if reason and "release" in groups:
            print(f"release: skipped, {reason}", flush=True)
        elif "release" in groups:
            own = folder / "release"
            own.mkdir()
            yield from release.run(
                own, database_pid, messages=size.released, rounds=rounds
            )
        if "listing" in groups:
            yield from listing.run(
                database_pid, rows=size.rows, times=size.page_turns, rounds=rounds
            )
        if "probe" in groups:
            print("probe_cpu", flush=True)
            yield probe.run(folder, probes=size.probes, rounds=rounds)


def main() -> int:
    """Return 0: whether targets are met is in the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(GROUPS))
    parser.add_argument("--full", action="store_true")
    options = parser.parse_args()
    unknown = set(options.groups) - set(GROUPS)
    if unknown:
        parser.error(f"no such group: {', '.join(sorted(unknown))}")
    since = time.monotonic()
    size = FULL if options.full else SMALL
    results = []
    with tempfile.TemporaryDirectory(prefix="cleanmail-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the peers come as users of their own
        for result in measure(folder, size, tuple(options.groups) or GROUPS):
            result.write()
            results.append(result)
    for result in results:
        print(f"\n{result.as_table()}")
    print(f"\n{len(results)} results in {time.monotonic() - since:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
