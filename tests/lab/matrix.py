"""Breaks the network in every way it can and shows which cause each end names.

    python -m tests.lab.matrix [--sample N] [--seed S] [--verbose] [--keep F] [SLUG …]

The whole of it writes docs/fault-matrix.md; a part of it only prints. Parts that keep
their lines in one file write the page once every fault has one.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.lab.configured import Configured
from tests.lab.fault import Fault, nothing
from tests.lab.faults import BY_SLUG, FAULTS, SEED, sample
from tests.lab.lab import Lab, lab, missing
from tests.lab.observer import Observation, Verdicts, observe
from tests.lab.page import DOCUMENT, ENDS, Line, document, keep, summary
from tests.lab.topology import ROOT

HEALTHY = Fault("healthy", "nothing is broken", nothing, Configured())


@dataclass(frozen=True, slots=True)
class Row:
    """A fault and what each end said."""

    fault: Fault
    verdicts: Verdicts

    @property
    def line(self) -> Line:
        """Return it as the page shows it."""
        return Line(
            slug=self.fault.slug,
            what=self.fault.what,
            words={end: self.word(end) for end in ENDS},
            named=self.named,
            next_check=self.next_check,
            seconds=round(self.together.seconds, 1),
        )

    @property
    def together(self) -> Observation:
        """Return what all ends together say."""
        return self.verdicts.together

    def word(self, end: str) -> str:
        """Return the word for the table."""
        seen: Observation = getattr(self.verdicts, end)
        if seen.error:
            return f"error: {seen.error[:80]}"
        if self.fault is HEALTHY:
            return "named a cause" if seen.causes else "nothing named, as it should be"
        misled = ", **misled**" if seen.is_misled(self.fault.slug) else ""
        return seen.result(self.fault.slug) + misled

    @property
    def next_check(self) -> str:
        """Return what would tell the first cause from its neighbours."""
        causes = self.together.causes
        return causes[0].next_check if causes else ""

    @property
    def named(self) -> str:
        """Return the causes with their confidence, most likely first."""
        causes = self.together.causes
        return ", ".join(f"{c.slug} {c.confidence:.2f}" for c in causes[:4]) or "–"


def examine(made: Lab, fault: Fault) -> Row:
    """Inject a fault, look, mend; an error of the lab itself becomes the row's."""
    try:
        with made.fault(fault.inject):
            return Row(fault, observe(made, fault.configured))
    except Exception as error:  # noqa: BLE001 - the other faults are looked at too
        broken = Observation((), 0.0, error=f"lab: {error!r}")
        return Row(fault, Verdicts(broken, broken, broken, broken))


def show(row: Row) -> None:
    """Print what each end saw and said."""
    for end in ENDS[:3]:
        seen: Observation = getattr(row.verdicts, end)
        named = ", ".join(f"{c.slug} {c.confidence:.2f}" for c in seen.causes[:6])
        print(f"    {end}: {named or '–'}")
    print(*(f"    | {line}" for line in row.verdicts.said.splitlines()), sep="\n")
    print(*(f"    . {text}" for text in row.together.statuses), sep="\n")


def run(faults: tuple[Fault, ...], *, verbose: bool = False) -> list[Row]:
    """Examine the faults one after the other and print as it goes."""
    rows = []
    with lab() as made:
        for fault in (HEALTHY, *faults):
            row = examine(made, fault)
            rows.append(row)
            words = " · ".join(f"{end} {row.word(end)}" for end in ENDS)
            print(f"{fault.slug:26} → {row.named}  [{words}]")
            if verbose:
                show(row)
            sys.stdout.flush()
    return rows


def main() -> int:
    """Return 0 when every fault could be injected and probed, however it was judged."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("slugs", nargs="*", choices=[*BY_SLUG, []], metavar="SLUG")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", default=SEED)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--keep", type=Path, help="lines of runs in parts, JSON")
    options = parser.parse_args()
    if reason := missing():
        print(f"make lab: {reason}", file=sys.stderr)
        return 2
    faults = tuple(BY_SLUG[slug] for slug in options.slugs) or FAULTS
    if options.sample:
        faults = sample(options.sample, options.seed)
        print(f"sample of {len(faults)} of {len(FAULTS)} faults, seed {options.seed}")
    rows = run(faults, verbose=options.verbose)
    lines = {row.fault.slug: row.line for row in rows}
    if options.keep:
        lines = keep(options.keep, lines)
    print(summary(lines.values()))
    order = [fault.slug for fault in (HEALTHY, *FAULTS)]
    if set(lines) >= set(order):
        DOCUMENT.write_text(document([lines[slug] for slug in order]))
        print(f"written: {DOCUMENT.relative_to(ROOT)}")
    return 1 if any(row.verdicts.error for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
