"""Where a port is stopped, and what the clock says; on facts as in the fault lab."""

from __future__ import annotations

import pytest

from diagnostics.checks.evidence import FAILED, Evidence
from diagnostics.checks.machine import ANSWERED
from diagnostics.verdicts import judge
from tests.diagnostics.test_local_verdicts import cards, near
from tests.diagnostics.test_verdicts import (
    CLOSED,
    FOUR,
    SILENT,
    opened,
    seen,
    settings,
    stage,
)

ROUTER, PROVIDER = "192.168.10.1", "198.51.100.1"


def path(*addresses: str) -> Evidence:
    hops = [{"hop": n, "address": one} for n, one in enumerate(addresses, 1)]
    is_reached = addresses[-1] == FOUR
    return seen("path", hops=hops, reach=len(hops), is_reached=is_reached)


def port(reach: int, refused_at: int = 0) -> Evidence:
    return seen("path_tcp", reach=reach, refused_at=refused_at, port=587)


WAY = path(ROUTER, PROVIDER, FOUR)
GONE = seen("portal", FAILED, **SILENT)
MUTE = [settings(), cards(), near("gateway", ANSWERED), stage("tcp", **SILENT)]
SHUT = [settings(), cards(), near("gateway", ANSWERED), stage("tcp", **CLOSED)]
FAR = [*MUTE[:3], stage("tcp", error="EHOSTUNREACH")]
CASES = {
    "egress-firewall-all": [*MUTE, WAY, port(1)],
    "egress-firewall-all ": [*SHUT, WAY, port(1, refused_at=2)],
    "no-internet": [*MUTE, path(ROUTER), port(1), GONE],
    "no-internet ": [*FAR, GONE],
    "host-firewall-out": [*SHUT, WAY, port(0, refused_at=1)],
    "host-firewall-out ": [*MUTE[:3], stage("tcp", error="EPERM")],
}


@pytest.mark.parametrize("slug", CASES)
def test_names_only_the_cause(slug):
    causes = judge(CASES[slug], "agent")

    assert [one.slug for one in causes] == [slug.strip()]
    assert causes[0].confidence >= 0.8


@pytest.mark.parametrize(
    ("evidence", "first", "next_check"),
    [
        ([*MUTE, WAY, port(2)], "portal-ip-filtered", "count-syn"),
        ([*MUTE, path(ROUTER, PROVIDER), port(2)], "portal-ip-filtered", "count-syn"),
        ([*SHUT, WAY, port(2, refused_at=3)], "scanner-down", "probe-elsewhere"),
        ([*MUTE, WAY, port(0)], "host-firewall-out", "as-mta-user"),
        ([*FAR, seen("portal")], "egress-firewall-all", "probe-elsewhere"),
    ],
)
def test_lists_what_the_way_leaves_open(evidence, first, next_check):
    causes = judge(evidence, "agent")

    assert causes[0].slug == first
    assert causes[0].confidence <= 0.5
    assert {one.next_check for one in causes} == {next_check}


def test_a_block_beyond_the_customers_own_network_is_less_sure():
    far = path(ROUTER, PROVIDER, "203.0.113.1", FOUR)

    (cause,) = judge([*MUTE, far, port(2)], "agent")

    assert (cause.slug, cause.confidence) == ("egress-firewall-all", 0.6)


def test_a_scanner_next_door_leaves_the_way_out_of_it():
    causes = judge([*MUTE, path(FOUR), port(0)], "agent")

    assert causes[0].slug == "egress-firewall-all"
    assert len(causes) > 2


@pytest.mark.parametrize(
    ("code", "is_wrong", "slug"),
    [
        (10, True, "clock-skew"),
        (9, True, "clock-skew"),
        (10, False, "scanner-cert-expired"),
    ],
)
def test_the_clock_decides_whose_fault_a_date_is(code, is_wrong, slug):
    clock = seen("clock", is_wrong=is_wrong, offset_seconds=1e6)
    evidence = [settings(), *opened(), stage("certificate", verify_code=code), clock]

    assert [one.slug for one in judge(evidence, "agent")] == [slug]


def test_a_wrong_clock_alone_stops_no_mail():
    inside = stage("ehlo_tls", mechanisms=["PLAIN"])
    clock = seen("clock", FAILED, is_wrong=True, offset_seconds=1e6)

    assert judge([settings(), *opened(), inside, clock], "agent") == []
