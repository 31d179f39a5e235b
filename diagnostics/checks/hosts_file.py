"""What the hosts file says of the scanner's name."""

import os
from typing import Iterable, List

from diagnostics.checks.configured import clean_host
from diagnostics.checks.evidence import FAILED, OK, Evidence, Facts, Target

HOSTS = "/etc/hosts"
_WINDOWS = r"{}\System32\drivers\etc\hosts"


def hosts_path() -> str:
    """Return where this system keeps the file."""
    if os.name == "nt":
        return _WINDOWS.format(os.environ.get("SYSTEMROOT", r"C:\Windows"))
    return HOSTS


def entries_for(lines: Iterable[str], name: str) -> List[str]:
    """Return the addresses that the lines give to the name (hosts(5))."""
    found = []
    for line in lines:
        words = line.partition("#")[0].lower().split()
        if name in words[1:]:
            found.append(words[0])
    return found


def check_hosts_file(target: Target) -> Evidence:
    """Report entries for the name; one that is none of the scanner's is a failure."""
    host = clean_host(target.host)
    try:
        with open(hosts_path(), encoding="utf-8", errors="replace") as lines:
            found = entries_for(lines, host)
    except OSError:
        found = []
    stale = [one for one in found if target.addresses and one not in target.addresses]
    facts: Facts = {
        "host": host,
        "addresses": found,
        "expected": list(target.addresses),
        "unexpected": stale,
    }
    return Evidence("hosts", host, FAILED if stale else OK, 0.0, facts, [])
