"""What Dovecot says about a log-in that it refused: who, from where, why."""

import re
from typing import NamedTuple, Optional

from diagnostics.scanner_log.lines import Entry

# The last address counts: a user name may hold one. Where Dovecot shows "?" in place of
# the name, that stands at the end, and the first address counts.
_LOGIN = re.compile(
    r"(?:^|[ :])(passwd-file|[a-z]{1,20})"
    r"\((\?(?=,)|.*),([0-9a-fA-F:.]{2,45})(?:,<[^>]*>)?\): (.+)$"
)
_WHY = (
    (re.compile(r"^Password mismatch"), "password"),
    (re.compile(r"^unknown user", re.IGNORECASE), "user"),
    (re.compile(r"^Username character disallowed"), "user"),
    (re.compile(r"^allow_nets check failed"), "address"),
    (
        re.compile(r"^(?:db-lua: )?(?:user disabled|User is disabled|Login disabled)"),
        "disabled",
    ),
)
_SHOWN = re.compile(r"\(username: (.*)\)$")
# Said by a passdb in Lua that locks accounts: Dovecot itself says nothing of it.
_LOCKED = re.compile(r"^db-lua: user disabled")
# Said by deploy/dovecot/slips.lua, after the line that says that it was refused.
_SLIP = re.compile(r"^(?:db-lua: )?slip=(user-)?([a-z-]{1,20})$")


class Refusal(NamedTuple):
    """A log-in that Dovecot refused."""

    at: float
    address: str
    username: str
    reason: str
    slip: str
    # Said in a second line, about a refusal that the line before it told.
    is_slip: bool = False


def read_refusal(entry: Entry) -> Optional[Refusal]:
    """Return what the line says about a refused log-in, None if it does not."""
    if not entry.program.startswith(("auth", "dovecot")):
        return None
    found = _LOGIN.search(entry.text)
    if found is None:
        return None
    driver, username, address, said = found.groups()
    slip = _SLIP.match(said)
    if slip is not None:
        reason = "user" if slip.group(1) else "password"
        return Refusal(entry.at, address, username, reason, slip.group(2), is_slip=True)
    if driver == "lua" and not _LOCKED.match(said):
        return None  # says again what the line before told
    shown = _SHOWN.search(said)
    if username == "?" and shown is not None:
        username = shown.group(1)
    for pattern, reason in _WHY:
        if pattern.match(said):
            return Refusal(entry.at, address, username, reason, "")
    return None
