"""One fault: what is broken, how, and what the customer's server is set to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.lab.configured import Configured
from tests.lab.lab import Lab

Breaks = Callable[[Lab], None]
NOWHERE4 = "203.0.113.99"  # in the scanner's network, nobody has it


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is broken; `inject` breaks it until the lab's `fault` ends."""

    slug: str
    what: str
    inject: Breaks
    configured: Configured = field(default_factory=Configured)


def both(first: Breaks, second: Breaks) -> Breaks:
    """Return what breaks two things, the first one first."""

    def inject(lab: Lab) -> None:
        first(lab)
        second(lab)

    return inject


def nothing(_lab: Lab) -> None:
    """Break nothing: what is wrong stands in the customer's settings."""


ON_25 = Configured(port=25)
