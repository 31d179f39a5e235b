"""This machine's network: Linux as it is, Windows and macOS from what they print.

The outputs of Windows and macOS under `outputs/` follow those systems' formats; our
code has not been run on either.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from diagnostics.checks import (
    hosts_file,
    machine_linux,
    machine_macos,
    machine_windows,
    neighbours,
)
from diagnostics.checks.evidence import FAILED, OK, SKIPPED, Evidence, Target
from diagnostics.checks.interfaces import check_interfaces
from diagnostics.checks.machine import (
    ANSWERED,
    UNANSWERED,
    Interface,
    Machine,
    networks_with,
    with_prefix,
)
from diagnostics.checks.programs import output_of
from diagnostics.checks.routes import check_routes
from diagnostics.checks.this_machine import read_machine

OUTPUTS = Path(__file__).parent / "outputs"
HEAD = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT"


def printed(name: str) -> str:
    return (OUTPUTS / f"{name}.txt").read_text()


def test_this_machine_has_what_its_kernel_says():
    found = read_machine()

    assert found.is_known
    assert found.routes >= len(found.gateways)
    assert all("/" in a for card in found.interfaces for a in card.addresses)


def test_reads_the_routes_of_linux():
    rows = [
        HEAD,
        "eth0 00000000 010AA8C0 0003 0 0 0 00000000 0 0 0",
        "eth0 000AA8C0 00000000 0001 0 0 0 00FFFFFF 0 0 0",
        "eth0 00000080 00000000 0001 0 0 0 00000080 0 0 0",
        "lo 0000007F 00000000 0001 0 0 0 000000FF 0 0 0",
        "* 00000000 00000000 0200 0 0 0 00000000 0 0 0",
    ]

    assert machine_linux.parse_routes(rows) == (
        ["192.168.10.1"],
        ["192.168.10.0/24", "128.0.0.0/1"],
        3,
    )


def test_reads_the_routes_of_linux_for_ipv6():
    nowhere, router = "0" * 32, "fe80" + "0" * 27 + "1"
    rows = [
        f"{nowhere} 00 {nowhere} 00 {router} 00000400 1 0 00000003 eth0",
        f"{nowhere} 00 {nowhere} 00 {nowhere} ffffffff 1 0 00200200 lo",
    ]

    assert machine_linux.parse_routes6(rows) == ["fe80::1"]


def test_reads_the_neighbours_of_linux():
    rows = [
        "IP address HW type Flags HW address Mask Device",
        "192.168.10.1 0x1 0x2 02:fc:00:00:00:05 * eth0",
        "192.168.10.99 0x1 0x0 00:00:00:00:00:00 * eth0",
    ]

    assert machine_linux.parse_neighbours(rows) == {
        "192.168.10.1": ANSWERED,
        "192.168.10.99": UNANSWERED,
    }


def test_reads_three_name_servers_as_the_system_does():
    lines = ["# nameserver 192.0.2.9", *(f"nameserver 192.0.2.{n}" for n in range(5))]

    assert machine_linux.parse_resolv_conf(lines) == [
        "192.0.2.0", "192.0.2.1", "192.0.2.2",
    ]  # fmt: skip


def test_reads_the_routes_of_windows_in_german():
    assert machine_windows.parse_routes(printed("windows_route_print")) == (
        ["192.168.10.1"],
        ["192.168.10.0/24"],
        [Interface("192.168.10.2", ("192.168.10.2/24",))],
        2,
    )


def test_reads_the_name_servers_of_windows_in_french():
    text = printed("windows_ipconfig_all")

    assert machine_windows.parse_name_servers(text) == [
        "fe80::1", "192.168.10.53", "192.168.10.54",
    ]  # fmt: skip


def test_reads_the_neighbours_of_windows():
    found = machine_windows.parse_neighbours(printed("windows_arp_a"))

    assert found["192.168.10.1"] == ANSWERED
    assert "192.168.10.99" not in found


def test_reads_the_cards_of_macos():
    cards, networks = machine_macos.parse_ifconfig(printed("macos_ifconfig"))

    assert [(c.name, c.addresses[-1], c.is_up) for c in cards] == [
        ("en0", "192.168.10.2/24", True),
        ("en1", "10.1.2.3/16", False),
    ]
    assert networks == ["192.168.10.0/24", "10.1.0.0/16"]


def test_reads_routes_neighbours_and_name_servers_of_macos():
    routes = machine_macos.parse_routes(printed("macos_netstat_rn"))

    assert routes == (["192.168.10.1"], 3)
    assert machine_macos.parse_neighbours(printed("macos_arp_an")) == {
        "192.168.10.1": UNANSWERED,
        "192.168.10.9": ANSWERED,
    }
    assert machine_macos.parse_scutil(printed("macos_scutil_dns")) == [
        "192.168.10.53", "2001:db8::53",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "reader", [machine_macos.read_macos, machine_windows.read_windows]
)
def test_foreign_readers_survive_missing_programs(reader, monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")

    assert reader().gateways == ()


def test_a_program_that_hangs_is_given_up():
    assert output_of(sys.executable, "-c", "input()") == ""
    assert output_of(sys.executable, "-c", "while True: pass", seconds=0.2) == ""


def test_cards_without_address_of_their_own_are_a_failure():
    own = Interface("eth0", ("192.0.2.2/24",))
    down = own._replace(is_up=False)
    lonely = Interface("eth0", ("169.254.1.1/16", "fe80::1/64"))

    assert check_interfaces(Machine(interfaces=(own,))).status == OK
    assert check_interfaces(Machine(interfaces=(down,))).status == FAILED
    assert check_interfaces(Machine(interfaces=(lonely,))).status == FAILED
    assert check_interfaces(Machine()).status == SKIPPED


def test_no_default_gateway_is_a_failure():
    local = Machine(on_link=("192.0.2.0/24",), routes=1)

    assert check_routes(local).status == FAILED
    assert check_routes(local._replace(gateways=("192.0.2.1",))).status == OK


def test_neighbours_are_told_apart(monkeypatch):
    machine = Machine(
        interfaces=(Interface("eth0", ("192.0.2.2/24",)),),
        gateways=("192.0.2.1",),
        on_link=("192.0.2.0/24",),
        name_servers=("192.0.2.53", "192.0.2.2", "198.51.100.1"),
    )
    states = {"192.0.2.1": ANSWERED, "192.0.2.53": UNANSWERED}
    monkeypatch.setattr(neighbours, "read_neighbours", lambda: states)
    monkeypatch.setattr(neighbours, "WAIT_SECONDS", 0.0)
    seen: list[Evidence] = []

    neighbours.check_neighbours(machine, seen.append)

    assert [(e.subject, e.status) for e in seen] == [
        ("gateway 192.0.2.1", OK),
        ("resolver 192.0.2.53", FAILED),
    ]


def test_hosts_entries_are_compared_with_the_scanners_addresses(tmp_path, monkeypatch):
    path = tmp_path / "hosts"
    path.write_text("198.51.100.9 Out.example # old\n203.0.113.25 out.example\n")
    monkeypatch.setattr(hosts_file, "HOSTS", str(path))
    target = Target(host="out.example.", nonce="n", addresses=("203.0.113.25",))

    seen = hosts_file.check_hosts_file(target)

    assert seen.status == FAILED
    assert seen.facts["unexpected"] == ["198.51.100.9"]
    assert hosts_file.check_hosts_file(target._replace(addresses=())).status == OK


def test_netmasks_in_odd_forms():
    assert with_prefix("192.0.2.2", "255.255.255.0") == "192.0.2.2/24"
    assert with_prefix("192.0.2.2", "255.0.255.0") == "192.0.2.2"
    assert networks_with("203.0.113.25", ["128.0.0.0/1"]) == ["128.0.0.0/1"]
    assert networks_with("no address", ["128.0.0.0/1"]) == []
