"""The cards of this machine: addresses, netmasks, whether there is a line in them."""

from typing import List, Tuple

from diagnostics.checks.evidence import FAILED, OK, SKIPPED, Evidence, Facts
from diagnostics.checks.machine import Machine

_OWN_LINE = ("169.254.", "fe80:")  # given by the machine to itself


def check_interfaces(machine: Machine) -> Evidence:
    """Report the cards; it fails where none is up with an address of its own."""
    if not machine.is_known:
        facts: Facts = {"error": "unknown", "system": machine.system}
        return Evidence("interfaces", "", SKIPPED, 0.0, facts, [])
    facts = {
        "system": machine.system,
        "interfaces": [
            {"name": c.name, "addresses": list(c.addresses), "is_up": c.is_up}
            for c in machine.interfaces
        ],
        "on_link": list(machine.on_link),
        "gateways": list(machine.gateways),
        "gateways6": list(machine.gateways6),
        "name_servers": list(machine.name_servers),
    }
    usable = [c for c in machine.interfaces if c.is_up and _own(c.addresses)]
    facts["usable"] = [c.name for c in usable]
    status = OK if usable else FAILED
    return Evidence("interfaces", "", status, 0.0, facts, _lines(machine))


def _own(addresses: Tuple[str, ...]) -> List[str]:
    return [one for one in addresses if not one.lower().startswith(_OWN_LINE)]


def _lines(machine: Machine) -> List[str]:
    lines = [
        "# {} {} {}".format(c.name, "up" if c.is_up else "down", " ".join(c.addresses))
        for c in machine.interfaces
    ]
    lines += ["# default via " + gateway for gateway in machine.gateways]
    lines += ["# default via " + gateway for gateway in machine.gateways6]
    return lines + ["# nameserver " + server for server in machine.name_servers]
