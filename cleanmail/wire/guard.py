"""Which addresses may be connected to: public ones, and what the operator allows.

Whoever connects takes the addresses returned here and never resolves again.
"""

import ipaddress
from typing import List, Sequence, Tuple, Union

from cleanmail.wire import dns
from cleanmail.wire.errors import AddressRefused

Address = Union[ipaddress.IPv4Address, ipaddress.IPv6Address]
Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]

# `is_global` calls some of these global, which depends on the version of Python.
_REFUSED = tuple(
    (reason, ipaddress.ip_network(network))
    for reason, network in (
        ("unspecified", "0.0.0.0/8"),
        ("loopback", "127.0.0.0/8"),
        ("private", "10.0.0.0/8"),
        ("private", "172.16.0.0/12"),
        ("private", "192.168.0.0/16"),
        ("shared", "100.64.0.0/10"),
        ("link-local", "169.254.0.0/16"),
        ("reserved", "192.0.0.0/24"),
        ("6to4", "192.88.99.0/24"),
        ("reserved", "198.18.0.0/15"),
        ("multicast", "224.0.0.0/4"),
        ("reserved", "240.0.0.0/4"),
        # IPv4-compatible; ::1 and :: are told apart below.
        ("embedded-ipv4", "::/96"),
        ("nat64", "64:ff9b::/96"),
        ("nat64", "64:ff9b:1::/48"),
        ("6to4", "2002::/16"),
        ("teredo", "2001::/32"),
        ("private", "fc00::/7"),
        ("link-local", "fe80::/10"),
        ("private", "fec0::/10"),
        ("multicast", "ff00::/8"),
        ("reserved", "3fff::/20"),
    )
)
# IPv6 has given out nothing else yet; what lies outside may be translated to IPv4.
_GIVEN_OUT = ipaddress.ip_network("2000::/3")


def parse_networks(networks: Sequence[str]) -> List[Network]:
    """Parse what the operator's settings allow; raise ValueError if one is none."""
    return [ipaddress.ip_network(network) for network in networks]


def check_port(port: int, allowed_ports: Sequence[int]) -> None:
    """Raise AddressRefused unless the port is on the list."""
    if port not in allowed_ports:
        raise AddressRefused("port", str(port))


def check_address(address: str, allowed_networks: Sequence[str] = ()) -> str:
    """Return the address to connect to, unwrapped from IPv6; raise AddressRefused."""
    try:
        parsed = _unwrap(ipaddress.ip_address(address.split("%", 1)[0]))
    except ValueError as error:
        raise AddressRefused("syntax", address) from error
    for network in parse_networks(allowed_networks):
        if parsed.version == network.version and parsed in network:
            return address if "%" in address else str(parsed)
    reason = _refusal(parsed)
    if reason:
        raise AddressRefused(reason, str(parsed))
    return str(parsed)


def checked_addresses(
    host: str,
    port: int,
    *,
    allowed_ports: Sequence[int],
    allowed_networks: Sequence[str] = (),
    timeout: float = 10.0,
) -> Tuple[str, ...]:
    """Resolve once and return every address, in the system's order of preference.

    Raises AddressRefused if the port or any one of the addresses is not allowed, and
    NameNotResolved.
    """
    check_port(port, allowed_ports)
    addresses = dns.resolve(host, timeout=timeout)
    return tuple(check_address(address, allowed_networks) for address in addresses)


def _unwrap(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def _refusal(address: Address) -> str:
    if address.is_unspecified:
        return "unspecified"
    if address.is_loopback:
        return "loopback"
    for reason, network in _REFUSED:
        if address.version == network.version and address in network:
            return reason
    is_given_out = address.version == 4 or address in _GIVEN_OUT
    return "" if address.is_global and is_given_out else "reserved"
