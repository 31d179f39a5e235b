"""Breaks the network in every way it can and shows which cause our probe names.

    python -m tests.lab.matrix [--sample N] [--seed TEXT] [SLUG …]

The whole of it writes docs/fault-matrix.md; a part of it only prints.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass

from tests.lab.fault import Configured, Fault, nothing
from tests.lab.faults import BY_SLUG, FAULTS, SEED, sample
from tests.lab.lab import Lab, lab, missing
from tests.lab.observer import Observation, Result, observe
from tests.lab.topology import ROOT, CommandFailed

HEALTHY = Fault("healthy", "nothing is broken", nothing, Configured())
DOCUMENT = ROOT / "docs/fault-matrix.md"
HEAD = """# Faults and the causes named for them

`make lab` (root) builds a customer, a router, a provider, the outbound scanner and the
portal as network namespaces, breaks one thing at a time, runs `manage.py probe` on the
customer's machine and writes this page. Only what the customer's side can see is judged
here: without error text, without the scanner's log.

`first`: the right cause stands first. `group`: it shares the first place with others
that look the same from there. `listed`: it is named further down. `not named`: it is
not named at all. **misled**: a wrong cause stands first with a confidence over 0.5.

"""


@dataclass(frozen=True, slots=True)
class Row:
    """A fault and what the probe said."""

    fault: Fault
    observation: Observation

    @property
    def verdict(self) -> str:
        """Return the word for the table."""
        seen = self.observation
        if seen.error:
            return f"error: {seen.error[:80]}"
        if self.fault is HEALTHY:
            return "named a cause" if seen.causes else "nothing named, as it should be"
        misled = ", **misled**" if seen.is_misled(self.fault.slug) else ""
        return seen.result(self.fault.slug) + misled

    @property
    def next_check(self) -> str:
        """Return what would tell the first cause from its neighbours."""
        causes = self.observation.causes
        return causes[0].next_check if causes else ""

    @property
    def named(self) -> str:
        """Return the causes with their confidence, most likely first."""
        causes = self.observation.causes
        return ", ".join(f"{c.slug} {c.confidence:.2f}" for c in causes[:4]) or "–"


def examine(made: Lab, fault: Fault) -> Row:
    """Inject a fault, probe, mend; an error of the lab itself becomes the row's."""
    try:
        with made.fault(fault.inject):
            return Row(fault, observe(made, fault.configured))
    except CommandFailed as error:
        return Row(fault, Observation((), 0.0, error=f"lab: {error}"))


def summary(rows: list[Row]) -> str:
    """Return the counts in one sentence."""
    broken = [row for row in rows if row.fault is not HEALTHY]
    seen = [(row.fault.slug, row.observation) for row in broken]
    count = Counter(seen_by.result(slug) for slug, seen_by in seen)
    misled = sum(seen_by.is_misled(slug) for slug, seen_by in seen)
    words = ", ".join(f"{count[result]} {result}" for result in Result)
    return f"{len(broken)} faults: {words}; {misled} misled."


def document(rows: list[Row]) -> str:
    """Return the page."""
    table = [
        "| fault | what is broken | named | what would split them | verdict | s |",
        "|---|---|---|---|---|---|",
    ]
    table += [
        f"| `{row.fault.slug}` | {row.fault.what} | {row.named} | {row.next_check} "
        f"| {row.verdict} "
        f"| {row.observation.seconds:.1f} |"
        for row in rows
    ]
    return f"{HEAD}{summary(rows)}\n\n" + "\n".join(table) + "\n"


def run(faults: tuple[Fault, ...]) -> list[Row]:
    """Examine the faults one after the other and print as it goes."""
    rows = []
    with lab() as made:
        for fault in (HEALTHY, *faults):
            row = examine(made, fault)
            rows.append(row)
            seconds = f"{row.observation.seconds:5.1f} s"
            print(f"{fault.slug:26} → {row.named}  [{row.verdict}] {seconds}")
            if not row.observation.causes:
                print(*(f"    {text}" for text in row.observation.statuses), sep="\n")
            sys.stdout.flush()
    return rows


def main() -> int:
    """Return 0 when every fault could be injected and probed, however it was judged."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("slugs", nargs="*", choices=[*BY_SLUG, []], metavar="SLUG")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", default=SEED)
    options = parser.parse_args()
    if reason := missing():
        print(f"make lab: {reason}", file=sys.stderr)
        return 2
    faults = tuple(BY_SLUG[slug] for slug in options.slugs) or FAULTS
    if options.sample:
        faults = sample(options.sample, options.seed)
        print(f"sample of {len(faults)} of {len(FAULTS)} faults, seed {options.seed}")
    rows = run(faults)
    print(summary(rows))
    if faults == FAULTS:
        DOCUMENT.write_text(document(rows))
        print(f"written: {DOCUMENT.relative_to(ROOT)}")
    return 1 if any(row.observation.error for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
