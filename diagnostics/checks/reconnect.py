"""A second connection where the first came through: some let only so many pass."""

import time
from typing import Callable, List, Optional

from cleanmail.wire.errors import SmtpError
from cleanmail.wire.smtp import Session
from diagnostics.checks.dialogue import Dialogue
from diagnostics.checks.evidence import FAILED, OK, Emit, Evidence, Facts, Target
from diagnostics.checks.wording import TIMEOUT, error_facts

# By then everything that is neither far away nor silent has answered.
PATIENCE_SECONDS = 1.3
CONNECT_SECONDS = 2.2
PAUSE_SECONDS = 0.05


def reconnect(
    lines: Callable[[], Optional[List[Dialogue]]], target: Target, emit: Emit
) -> None:
    """Connect again to an open endpoint while another one stays silent.

    Where nothing is open or nothing silent there is nothing to find out; `lines`
    returns None when all of them have ended.
    """
    since = time.monotonic()
    while time.monotonic() - since < target.connect_seconds:
        time.sleep(PAUSE_SECONDS)
        now = lines()
        if now is None:
            return
        opened = [line for line in now if line.is_open and _is_four(line)]
        silent = [line for line in now if line.is_open is None and _is_four(line)]
        if opened and silent and time.monotonic() - since > PATIENCE_SECONDS:
            _connect(opened[0], emit)
            return


def _is_four(line: Dialogue) -> bool:
    return line.endpoint.family == "ipv4"


def _connect(line: Dialogue, emit: Emit) -> None:
    since = time.monotonic()
    endpoint = line.endpoint
    facts: Facts = endpoint.facts()
    try:
        session = Session.connect(
            endpoint.address, endpoint.port, connect_timeout=CONNECT_SECONDS
        )
    except SmtpError as error:
        facts.update(error_facts(error))
    else:
        session.close()
    status = FAILED if facts.get("error") == TIMEOUT else OK
    spent = round(time.monotonic() - since, 4)
    emit(Evidence("reconnect", endpoint.subject, status, spent, facts, []))
