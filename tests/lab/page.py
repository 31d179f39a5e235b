"""docs/fault-matrix.md: a line for each fault, and the counts on top."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.lab.observer import Result
from tests.lab.topology import ROOT

DOCUMENT = ROOT / "docs/fault-matrix.md"
HEAD = """# Faults and the causes named for them

`make lab` (root) builds a customer with a Postfix of its own, a router, a provider, the
outbound scanner (Postfix and Dovecot) and the portal as network namespaces, breaks one
thing at a time and looks from every end: the agent and the mail server on the
customer's machine, the portal's own check, the scanner's log. It writes this page.

Judged is the agent alone, the mail server's error lines alone, the scanner's log alone,
and all of them together with the portal's check.

`first`: the right cause stands first. `group`: it shares the first place with others
that look the same from there. `listed`: it is named further down. `not named`: it is
not named at all. **misled**: a wrong cause stands first with a confidence over 0.5.

"""
ENDS = ("agent", "text", "log", "together")
HEALTHY = "healthy"
MISLED = ", **misled**"


@dataclass(frozen=True, slots=True)
class Line:
    """One fault as the page shows it; `words` has one for each of ENDS."""

    slug: str
    what: str
    words: dict[str, str]
    named: str
    next_check: str
    seconds: float


def keep(path: Path, new: dict[str, Line]) -> dict[str, Line]:
    """Add lines to a file of them; return all that it has now."""
    known = json.loads(path.read_text()) if path.exists() else {}
    known |= {slug: asdict(line) for slug, line in new.items()}
    path.write_text(json.dumps(known, indent=1, ensure_ascii=False))
    return {slug: Line(**values) for slug, values in known.items()}


def summary(lines: Iterable[Line]) -> str:
    """Return the counts, a sentence for each end."""
    broken = [line for line in lines if line.slug != HEALTHY]
    sentences = []
    for end in ENDS:
        words = [line.words[end] for line in broken]
        plain = [word.removesuffix(MISLED) for word in words]
        counts = ", ".join(f"{plain.count(result)} {result}" for result in Result)
        misled = sum(word.endswith(MISLED) for word in words)
        sentences.append(f"{end}: {len(broken)} faults: {counts}; {misled} misled.")
    return "\n".join(sentences)


def document(lines: list[Line]) -> str:
    """Return the page."""
    table = [
        (
            "| fault | what is broken | agent | error text | log | all together |"
            " named together | what would split them |"
        ),
        "|---|---|---|---|---|---|---|---|",
    ]
    table += [
        f"| `{line.slug}` | {line.what} | "
        + " | ".join(line.words[end] for end in ENDS)
        + f" | {line.named} | {line.next_check} |"
        for line in lines
    ]
    counts = "\n".join(f"- {line}" for line in summary(lines).splitlines())
    return f"{HEAD}{counts}\n\n" + "\n".join(table) + "\n"
