"""What ipconfig, ip, ifconfig and routing tables say of a machine's own network."""

from typing import Dict, List, NamedTuple, Tuple

from diagnostics.checks.evidence import Evidence
from diagnostics.checks.interfaces import check_interfaces
from diagnostics.checks.machine import Interface, Machine
from diagnostics.checks.machine_macos import parse_scutil
from diagnostics.checks.routes import check_routes
from diagnostics.pasted.blocks import Block
from diagnostics.pasted.unix_network import read_ifconfig, read_ip, read_routes
from diagnostics.pasted.windows_network import read_ipconfig, read_route_print


class Part(NamedTuple):
    """What one command told: no route known is not the same as no route there."""

    machine: Machine
    knows_cards: bool
    knows_routes: bool

    @property
    def is_known(self) -> bool:
        """Say whether it told anything."""
        told = self.knows_cards or self.knows_routes
        return told or bool(self.machine.name_servers)


def read_part(block: Block) -> Part:
    """Return what a block tells; nothing of it names a host or a hardware address."""
    text = "\n".join(block.lines)
    if block.kind == "ipconfig":
        machine = read_ipconfig(block.lines)
        return Part(machine, bool(machine.interfaces), bool(machine.interfaces))
    if block.kind == "ifconfig":
        machine = read_ifconfig(block.lines)
        return Part(machine, bool(machine.interfaces), knows_routes=False)
    if block.kind == "ip":
        machine = read_ip(block.lines)
        knows = bool(machine.routes)
        return Part(machine, bool(machine.interfaces), knows)
    if block.kind == "resolv.conf":
        words = [line.split() for line in block.lines if line.strip()]
        servers = [w[1] for w in words if w[0] == "nameserver" and len(w) > 1]
        servers = servers or parse_scutil(text)
        machine = Machine("", name_servers=tuple(servers[:3]))
        return Part(machine, knows_cards=False, knows_routes=False)
    machine = read_route_print(text)
    machine = machine if machine.routes else read_routes(block.lines)
    return Part(machine, knows_cards=False, knows_routes=bool(machine.routes))


def join(parts: List[Part]) -> List[Evidence]:
    """Return the agent's own evidence of the network, as far as it was told."""
    machine = Machine("")
    for part in parts:
        machine = _merged(machine, part.machine)
    found: List[Evidence] = []
    if any(part.knows_cards for part in parts):
        found.append(check_interfaces(machine))
    if any(part.knows_routes for part in parts):
        found.append(check_routes(machine))
    return found


def _merged(one: Machine, other: Machine) -> Machine:
    cards: Dict[str, Interface] = {card.name: card for card in one.interfaces}
    for card in other.interfaces:
        cards.setdefault(card.name, card)
    return one._replace(
        system=one.system or other.system,
        interfaces=tuple(cards.values()),
        gateways=_once(one.gateways + other.gateways),
        gateways6=_once(one.gateways6 + other.gateways6),
        on_link=_once(one.on_link + other.on_link),
        routes=max(one.routes, other.routes),
        name_servers=_once(one.name_servers + other.name_servers)[:3],
    )


def _once(values: Tuple[str, ...]) -> Tuple[str, ...]:
    return tuple(sorted(set(values), key=values.index))
