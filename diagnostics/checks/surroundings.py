"""Everything around the scanner, side by side: this machine, the portal, the path."""

from functools import partial
from typing import List

from diagnostics.checks.evidence import Emit, Facts, Target
from diagnostics.checks.hosts_file import check_hosts_file
from diagnostics.checks.interfaces import check_interfaces
from diagnostics.checks.machine import Machine
from diagnostics.checks.neighbours import check_neighbours
from diagnostics.checks.portal import check_portal
from diagnostics.checks.routes import check_routes
from diagnostics.checks.side_by_side import Running
from diagnostics.checks.trace import trace


def look_around(machine: Machine, target: Target, emit: Emit) -> List[Running[None]]:
    """Report this machine's network; return what still runs."""
    emit(check_interfaces(machine))
    emit(check_routes(machine))
    emit(check_hosts_file(target))
    return [
        Running(partial(check_neighbours, machine, emit)),
        Running(partial(check_portal, target, emit)),
    ]


def look_along(address: str, emit: Emit) -> Facts:
    """Report the way to an address and return the facts of it."""
    evidence = trace(address)
    emit(evidence)
    return evidence.facts
