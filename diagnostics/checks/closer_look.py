"""A second look at what does not open: is it the number of lines, and where is it."""

import time
from typing import Callable, List, NamedTuple

from diagnostics.checks.dialogue import Dialogue
from diagnostics.checks.evidence import Emit, Facts, Target
from diagnostics.checks.reconnect import connect_again
from diagnostics.checks.trace_tcp import hops_to_try, trace_tcp

# By then everything that is neither far away nor silent has answered.
PATIENCE_SECONDS = 1.3
PAUSE_SECONDS = 0.05


class View(NamedTuple):
    """What is seen while the run goes on; `path` waits for the path to be known."""

    lines: Callable[[], List[Dialogue]]
    is_settled: Callable[[], bool]
    path: Callable[[], Facts]


def look_closer(view: View, target: Target, emit: Emit) -> None:
    """Look again at the first port that is refused, or silent for long enough.

    Where one line is open and another silent, the open one is connected to once more.
    """
    since = time.monotonic()
    while time.monotonic() - since < target.connect_seconds:
        is_last = view.is_settled()
        four = [line for line in view.lines() if line.endpoint.family == "ipv4"]
        is_late = time.monotonic() - since > PATIENCE_SECONDS
        closed = [line for line in four if line.is_open is False and _is_used(line)]
        silent = [line for line in four if line.is_open is None and is_late]
        if closed or silent:
            _look(four, (closed or silent)[0], view.path(), emit)
            return
        if is_last:
            return
        time.sleep(PAUSE_SECONDS)


def _is_used(line: Dialogue) -> bool:
    """Say whether anybody needs the port: no server has to offer all of them."""
    target = line.target
    return line.endpoint.port in (target.configured_ports or target.known_ports)


def _look(lines: List[Dialogue], failed: Dialogue, path: Facts, emit: Emit) -> None:
    opened = [line for line in lines if line.is_open]
    if opened and failed.is_open is None:
        emit(connect_again(opened[0].endpoint))
    hops = hops_to_try(path, is_silent=failed.is_open is None)
    emit(trace_tcp(failed.endpoint, hops))
