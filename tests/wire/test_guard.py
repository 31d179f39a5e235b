"""Which addresses may be connected to."""

from __future__ import annotations

import pytest

from cleanmail.wire import dns
from cleanmail.wire.errors import AddressRefused, NameNotResolved
from cleanmail.wire.guard import check_address, checked_addresses

PORTS = [25]
REFUSED = {
    "0.0.0.0": "unspecified",  # noqa: S104 - refused, not bound to
    "127.0.0.1": "loopback",
    "10.1.2.3": "private",
    "172.31.0.1": "private",
    "192.168.1.1": "private",
    "100.64.0.1": "shared",
    "169.254.169.254": "link-local",
    "192.0.0.8": "reserved",
    "192.0.2.1": "reserved",
    "192.88.99.1": "6to4",
    "198.18.0.1": "reserved",
    "224.0.0.1": "multicast",
    "255.255.255.255": "reserved",
    "::": "unspecified",
    "::1": "loopback",
    "::7f00:1": "embedded-ipv4",
    "::ffff:127.0.0.1": "loopback",
    "::ffff:10.0.0.1": "private",
    "64:ff9b::a00:1": "nat64",
    "64:ff9b:1::1": "nat64",
    "2002:7f00:1::": "6to4",
    "2001:0:1::1": "teredo",
    "2001:db8::1": "reserved",
    "fc00::1": "private",
    "fe80::1": "link-local",
    "fe80::1%lo": "link-local",
    "fec0::1": "private",
    "ff02::1": "multicast",
    "::ffff:0:7f00:1": "reserved",
    "::5efe:7f00:1": "reserved",
    "3fff::1": "reserved",
    "4000::1": "reserved",
    "nonsense": "syntax",
    "0x7f.1": "syntax",
}


@pytest.mark.parametrize("address", REFUSED)
def test_refuses_what_is_not_public(address):
    with pytest.raises(AddressRefused) as refused:
        check_address(address)

    assert refused.value.reason == REFUSED[address]


@pytest.mark.parametrize(
    ("address", "checked"),
    [
        ("8.8.8.8", "8.8.8.8"),
        ("::ffff:8.8.8.8", "8.8.8.8"),
        ("2a00:1450:4001::1", "2a00:1450:4001::1"),
    ],
)
def test_lets_public_addresses_pass(address, checked):
    assert check_address(address) == checked


def test_lets_pass_what_the_operator_allows():
    assert check_address("10.1.2.3", ["10.0.0.0/8"]) == "10.1.2.3"
    assert check_address("::ffff:10.1.2.3", ["10.0.0.0/8"]) == "10.1.2.3"
    assert check_address("fd00::1", ["10.0.0.0/8", "fd00::/8"]) == "fd00::1"


def test_refuses_other_ports():
    with pytest.raises(AddressRefused) as refused:
        checked_addresses("8.8.8.8", 22, allowed_ports=PORTS)

    assert refused.value.reason == "port"


def test_refuses_all_if_one_address_is_not_public(monkeypatch):
    monkeypatch.setattr(dns, "resolve", lambda *_, **__: ("8.8.8.8", "127.0.0.1"))

    with pytest.raises(AddressRefused):
        checked_addresses("mx.example", 25, allowed_ports=PORTS)


@pytest.mark.parametrize(
    "host", ["127.1", "2130706433", "0x7f000001", "a b", "-x.ch", ""]
)
def test_takes_no_disguised_address_for_a_name(host):
    with pytest.raises((NameNotResolved, AddressRefused)):
        checked_addresses(host, 25, allowed_ports=PORTS)


def test_takes_a_bracketed_literal():
    networks = ["127.0.0.0/8"]

    found = checked_addresses(
        "[127.0.0.1]", 25, allowed_ports=PORTS, allowed_networks=networks
    )

    assert found == ("127.0.0.1",)
