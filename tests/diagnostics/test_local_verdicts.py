"""What the machine's own network means, on facts as the fault lab showed them."""

from __future__ import annotations

import pytest

from diagnostics.checks.evidence import Evidence
from diagnostics.checks.machine import ANSWERED, UNANSWERED
from diagnostics.verdicts import judge
from tests.diagnostics.test_verdicts import (
    CLOSED,
    SILENT,
    opened,
    seen,
    server,
    settings,
    stage,
    system,
)

NO_NEIGHBOUR = {"error": "EHOSTUNREACH"}


def cards(*networks: str, **facts) -> Evidence:
    known = {
        "interfaces": [{"name": "eth0", "addresses": ["192.0.2.2/24"], "is_up": True}],
        "usable": ["eth0"],
        "on_link": list(networks) or ["192.0.2.0/24"],
        "gateways": ["192.0.2.1"],
    }
    return seen("interfaces", **(known | facts))


def near(role: str, entry: str, address: str = "192.0.2.1") -> Evidence:
    return seen("neighbour", role=role, entry=entry, address=address)


def hosts(*addresses: str) -> Evidence:
    return seen("hosts", addresses=list(addresses), unexpected=list(addresses))


DEAF = [system(error="EAI_AGAIN"), server("A", **SILENT), *opened()]
CASES = {
    "link-down": [cards(usable=[]), stage("tcp", **SILENT)],
    "netmask-wrong": [
        cards("192.0.2.0/24", "128.0.0.0/1"), near("gateway", ANSWERED),
        stage("tcp", **NO_NEIGHBOUR),
    ],
    "gateway-wrong": [
        cards(), near("gateway", UNANSWERED), stage("tcp", **NO_NEIGHBOUR),
    ],
    "dns-server-wrong": [
        *DEAF, cards(), near("resolver", UNANSWERED, "192.0.2.53"),
    ],
    "dns-server-dead": [
        *DEAF, cards(), near("resolver", ANSWERED, "192.0.2.53"),
    ],
    "dns-server-dead ": [
        *DEAF, seen("resolver", resolver="192.0.2.53", is_there=True),
    ],
    "dns-server-wrong ": [
        *DEAF, seen("resolver", resolver="192.0.2.53", is_there=False),
    ],
    "hosts-file-stale": [
        settings(), system("198.51.100.9"), server("A", **SILENT),
        hosts("198.51.100.9"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("slug", CASES)
def test_names_only_the_cause(slug):
    causes = judge(CASES[slug], "agent")

    assert [(one.slug, one.confidence > 0.8) for one in causes] == [
        (slug.strip(), True)
    ]


def test_a_gateway_outside_of_every_network():
    evidence = [cards(gateways=["198.51.100.1"]), stage("tcp", **SILENT)]

    causes = judge(evidence, "agent")

    assert {one.slug for one in causes} == {"netmask-wrong", "gateway-wrong"}
    assert {one.next_check for one in causes} == {"show-routes"}


def test_a_scanner_in_the_same_building_may_just_be_off():
    evidence = [cards("203.0.113.0/24"), stage("tcp", **NO_NEIGHBOUR)]

    causes = judge(evidence, "agent")

    assert {one.slug for one in causes} == {"netmask-wrong", "scanner-down"}


def test_a_silent_gateway_is_no_matter_where_something_came_through():
    evidence = [cards(), near("gateway", UNANSWERED), *opened(), stage("tcp", 25)]

    assert "gateway-wrong" not in {one.slug for one in judge(evidence, "agent")}


def test_who_refuses_has_been_reached():
    evidence = [cards(usable=[]), near("gateway", UNANSWERED), stage("tcp", **CLOSED)]

    causes = judge(evidence, "agent")

    assert not {"link-down", "gateway-wrong"} & {one.slug for one in causes}


def test_one_of_two_name_servers_known_leaves_it_open():
    other = server("A", **SILENT)._replace(facts={**SILENT, "resolver": "9.9.9.9"})
    evidence = [*DEAF, other, near("resolver", UNANSWERED, "192.0.2.53")]

    causes = judge(evidence, "agent")

    assert {one.slug for one in causes} == {"dns-server-dead", "dns-server-wrong"}
