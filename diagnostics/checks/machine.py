"""This machine's network as it is set: addresses, routes, neighbours, name servers."""

import ipaddress
import sys
from typing import Dict, List, NamedTuple, Tuple

ANSWERED = "answered"
UNANSWERED = "unanswered"


class Interface(NamedTuple):
    """A network card; `addresses` are written with their prefix length."""

    name: str
    addresses: Tuple[str, ...] = ()
    is_up: bool = True


class Machine(NamedTuple):
    """What the operating system says; empty where it does not.

    `on_link` are the networks whose hosts are addressed directly; `neighbours` says for
    such a host whether it answered (ARP), as far as anybody asked.
    """

    system: str = sys.platform
    interfaces: Tuple[Interface, ...] = ()
    gateways: Tuple[str, ...] = ()
    gateways6: Tuple[str, ...] = ()
    on_link: Tuple[str, ...] = ()
    routes: int = 0
    name_servers: Tuple[str, ...] = ()
    neighbours: Dict[str, str] = {}

    @property
    def is_known(self) -> bool:
        """Say whether anything could be read."""
        return bool(self.interfaces or self.on_link or self.gateways)


def network_of(address: str, netmask: str) -> str:
    """Return the network of an address in prefix form; empty for what is none."""
    try:
        return str(ipaddress.ip_network(address + "/" + netmask, strict=False))
    except ValueError:
        return ""


def with_prefix(address: str, netmask: str) -> str:
    """Return the address with its prefix length; the bare one for an odd mask."""
    network = network_of(address, netmask)
    return address + "/" + network.partition("/")[2] if network else address


def networks_with(address: str, networks: List[str]) -> List[str]:
    """Return those of the networks that hold the address."""
    try:
        wanted = ipaddress.ip_address(address)
    except ValueError:
        return []
    return [text for text in networks if wanted in ipaddress.ip_network(text)]
