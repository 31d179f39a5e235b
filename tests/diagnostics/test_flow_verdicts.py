"""How packets fare, and what it means; on facts as the fault lab showed them."""

from __future__ import annotations

import pytest

from diagnostics.checks.evidence import FAILED, OK
from diagnostics.verdicts import judge
from tests.diagnostics.test_verdicts import (
    FOUR,
    SILENT,
    opened,
    seen,
    server,
    settings,
    stage,
    system,
)

INSIDE = [
    stage("starttls", code=220, offered=True),
    stage("ehlo_tls", mechanisms=["A"]),
]
THROUGH = [settings(), *opened(), *INSIDE]


def bulk(**facts):
    known = {"bytes": 49152, "taken_bytes": 6000, "kbit_per_second": 16.0}
    known |= {"is_stalled": False, "is_through": False}
    return seen("bulk", FAILED, **(known | facts))


def lossy(check: str, count: int):
    return stage(check, retransmits=count)


CASES = {
    "slow-uplink": [*THROUGH, bulk()],
    "slow-uplink ": [*THROUGH, stage("auth", code=235, rtt_seconds=1.4)],
    "nat-session-short": [*THROUGH, bulk(is_stalled=True)],
    "packet-loss": [settings(), lossy("tcp", 1), lossy("greeting", 3), *INSIDE],
    "packet-loss ": [
        *THROUGH, system(FOUR), server("A", FOUR, rcode=0, tries=2),
        server("AAAA", rcode=0, tries=2),
    ],
    "conn-limit-nat": [*THROUGH, seen("reconnect", FAILED, port=587, **SILENT)],
    "greet-delay": [
        settings(), stage("tcp"), stage("greeting", code=220, seconds=4.0), *INSIDE,
    ],
}  # fmt: skip


@pytest.mark.parametrize("slug", CASES)
def test_names_only_the_cause(slug):
    causes = judge(CASES[slug], "agent")

    assert [one.slug for one in causes] == [slug.strip()]
    assert causes[0].confidence > 0.5


def test_a_narrow_line_is_not_a_long_one():
    far = stage("tcp", seconds=0.8, rtt_seconds=0.8)
    evidence = [settings(), far, *opened()[1:], *INSIDE]

    assert [c.slug for c in judge(evidence, "agent")] == ["high-latency"]
    assert [c.slug for c in judge([*evidence, bulk()], "agent")] == ["slow-uplink"]


@pytest.mark.parametrize(
    ("facts", "lost"), [({"taken_bytes": 900}, 0), ({"taken_bytes": 9000}, 1)]
)
def test_stopped_bytes_leave_two_causes(facts, lost):
    evidence = [*THROUGH, bulk(is_stalled=True, **facts), lossy("starttls", lost)]
    causes = judge(evidence, "agent")

    assert {one.slug for one in causes} == {"nat-session-short", "mtu-blackhole"}
    assert {one.next_check for one in causes} == {"small-segments"}


def test_one_segment_sent_again_is_no_loss():
    assert judge([*THROUGH, lossy("starttls", 1)], "agent") == []


def test_what_lost_packets_explain_is_not_named_beside_them():
    evidence = [
        settings(ports=[25]), lossy("tcp", 2), lossy("greeting", 2), *INSIDE,
        stage("tcp", 25, **SILENT), system(error="timeout"), server("A", **SILENT),
    ]  # fmt: skip

    assert [one.slug for one in judge(evidence, "agent")] == ["packet-loss"]


def test_a_lost_connection_of_another_user_is_chance_where_packets_are_lost():
    facts = {"user": "postfix", "port": 587, "control_error": "", **SILENT}
    other = seen("tcp_as_user", FAILED, **facts)

    assert [c.slug for c in judge([*THROUGH, other], "agent")] == [
        "firewall-egress-process"
    ]
    lost = [*THROUGH, other, lossy("greeting", 2)]
    assert [c.slug for c in judge(lost, "agent")] == ["packet-loss"]


def test_segments_lost_in_a_stage_that_fails_prove_nothing():
    stuck = stage("certificate", retransmits=6, small_segments="timeout", **SILENT)
    causes = judge([settings(), *opened(), stuck], "agent")

    assert [one.slug for one in causes] == ["firewall-stall-tls"]


def test_a_lost_first_packet_is_no_long_way():
    slow = stage("tcp", seconds=1.1, retransmits=1, rtt_seconds=0.05)
    causes = judge([settings(), slow, *opened()[1:], *INSIDE], "agent")

    assert causes == []


def test_a_second_connection_that_opens_confirms_the_block():
    evidence = [
        settings(ports=[25]), *opened(), *INSIDE, stage("tcp", 25, **SILENT),
        seen("reconnect", OK, port=587),
    ]  # fmt: skip

    assert [one.slug for one in judge(evidence, "agent")] == ["port25-blocked-drop"]
