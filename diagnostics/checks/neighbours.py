"""Whether gateway and name servers on this machine's own line answer there (ARP)."""

import socket
import time
from typing import Dict, List, Tuple

from diagnostics.checks.evidence import FAILED, OK, WARNING, Emit, Evidence, Facts
from diagnostics.checks.machine import ANSWERED, Machine, networks_with
from diagnostics.checks.this_machine import read_neighbours

GATEWAY, RESOLVER = "gateway", "resolver"
# A neighbour answers in milliseconds; the kernel asks three times, a second apart.
WAIT_SECONDS, PAUSE_SECONDS = 1.3, 0.05
# Where traceroute knocks: nobody listens, and to be heard is all we want.
_KNOCK_PORT = 33434


def check_neighbours(machine: Machine, emit: Emit) -> None:
    """Knock at each neighbour that matters and report whether it is there."""
    since = time.monotonic()
    wanted = _wanted(machine)
    for address, _role in wanted:
        _knock(address)
    states = _wait([address for address, _role in wanted], since)
    spent = round(time.monotonic() - since, 4)
    for address, role in wanted:
        facts: Facts = {
            "address": address,
            "role": role,
            "entry": states.get(address, "none"),
            "is_on_link": bool(networks_with(address, list(machine.on_link))),
        }
        status = OK if facts["entry"] == ANSWERED else FAILED
        if facts["entry"] == "none":
            status = WARNING
        subject = "{} {}".format(role, address)
        emit(Evidence("neighbour", subject, status, spent, facts, []))


def _wanted(machine: Machine) -> List[Tuple[str, str]]:
    wanted = [(gateway, GATEWAY) for gateway in machine.gateways]
    local = list(machine.on_link)
    own = [a.partition("/")[0] for c in machine.interfaces for a in c.addresses]
    servers = [one for one in machine.name_servers if one not in own]
    wanted += [(one, RESOLVER) for one in servers if networks_with(one, local)]
    first: Dict[str, str] = {}
    for address, role in wanted:
        first.setdefault(address, role)
    return list(first.items())


def _knock(address: str) -> None:
    """Send an empty datagram, so that the machine has to find its neighbour."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(0.0)
            sock.sendto(b"", (address, _KNOCK_PORT))
    except OSError:
        return


def _wait(addresses: List[str], since: float) -> Dict[str, str]:
    states = read_neighbours()
    while time.monotonic() - since < WAIT_SECONDS:
        if all(states.get(address) == ANSWERED for address in addresses):
            break
        time.sleep(PAUSE_SECONDS)
        states = read_neighbours()
    return states
