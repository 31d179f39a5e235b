"""A second connection where the first came through: some let only so many pass."""

import time

from cleanmail.wire.errors import SmtpError
from cleanmail.wire.smtp import Session
from diagnostics.checks.evidence import FAILED, OK, Endpoint, Evidence, Facts
from diagnostics.checks.wording import TIMEOUT, error_facts

CONNECT_SECONDS = 2.2


def connect_again(endpoint: Endpoint) -> Evidence:
    """Open one more connection to an open endpoint, and close it without a word."""
    since = time.monotonic()
    facts: Facts = endpoint.facts()
    try:
        Session.connect(
            endpoint.address, endpoint.port, connect_timeout=CONNECT_SECONDS
        ).close()
    except SmtpError as error:
        facts.update(error_facts(error))
    status = FAILED if facts.get("error") == TIMEOUT else OK
    spent = round(time.monotonic() - since, 4)
    return Evidence("reconnect", endpoint.subject, status, spent, facts, [])
