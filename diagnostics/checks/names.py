"""What the name resolves to, for this machine and for each name server it asks."""

import socket
import time
from functools import partial
from typing import List, Tuple

from diagnostics.checks.configured import clean_host, is_literal
from diagnostics.checks.evidence import (
    FAILED,
    OK,
    SKIPPED,
    Emit,
    Evidence,
    Facts,
    Target,
)
from diagnostics.checks.side_by_side import side_by_side
from diagnostics.checks.wording import TIMEOUT

SYSTEM_SECONDS = 2.5

_GAI = {
    getattr(socket, name): name
    for name in ("EAI_NONAME", "EAI_NODATA", "EAI_AGAIN", "EAI_FAIL")
    if hasattr(socket, name)
}


def ask_system(host: str) -> Tuple[List[str], str]:
    """Return addresses and error of this machine's resolver, hosts file included."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return [], _GAI.get(error.args[0], str(error.args[0]))
    except (OSError, UnicodeError) as error:
        return [], type(error).__name__
    addresses = [str(entry[4][0]) for entry in found]
    return sorted(set(addresses), key=addresses.index), ""


def check_names(host: str, target: Target, emit: Emit) -> List[str]:
    """Resolve every way at once, report each, return what the system says."""
    host = clean_host(host)
    if is_literal(host):
        facts: Facts = {"resolver": "none", "addresses": [host]}
        emit(Evidence("names", host, SKIPPED, 0.0, facts, []))
        return [host]
    since = time.monotonic()
    (answer,) = side_by_side([partial(ask_system, host)], SYSTEM_SECONDS)
    addresses, error = answer if answer is not None else ([], TIMEOUT)
    facts = {"resolver": "system", "addresses": addresses, "error": error}
    facts["expected"] = list(target.addresses)
    facts["unexpected"] = [a for a in addresses if a not in target.addresses]
    spent = round(time.monotonic() - since, 4)
    status = FAILED if error else OK
    emit(Evidence("names", host + " @system", status, spent, facts, []))
    return addresses
