"""What evidence means: rules one by one, on facts as the fault lab showed them."""

from __future__ import annotations

import pytest

from diagnostics.checks.evidence import FAILED, OK, WARNING, Evidence
from diagnostics.verdicts import judge

HOST = "out.example"
FOUR, SIX = "203.0.113.25", "2001:db8::25"


def seen(check: str, status: str = OK, seconds: float = 0.05, **facts) -> Evidence:
    return Evidence(check, HOST, status, seconds, facts, [])


def settings(**facts) -> Evidence:
    known = {
        "target": HOST,
        "host": HOST,
        "ports": [587],
        "known_hosts": [HOST],
        "known_ports": [25, 587],
        "addresses": [FOUR],
        "relation": "same",
    }
    return seen("configured", **(known | facts))


def system(*addresses: str, error: str = "", **facts) -> Evidence:
    return seen(
        "names",
        FAILED if error else OK,
        facts.pop("seconds", 0.05),
        resolver="system",
        host=HOST,
        addresses=list(addresses),
        error=error,
        expected=[FOUR],
    )


def server(kind: str, *addresses: str, **facts) -> Evidence:
    return seen(
        "names", resolver="192.0.2.53", host=HOST, type=kind,
        addresses=list(addresses), **facts,
    )  # fmt: skip


def routes(*gateways: str, count: int = 0) -> Evidence:
    return seen("routes", OK, gateways=list(gateways), routes=count)


def stage(check: str, port: int = 587, address: str = FOUR, **facts) -> Evidence:
    status = facts.pop("status", FAILED if facts.get("error") else OK)
    seconds = facts.pop("seconds", 0.05)
    return seen(check, status, seconds, address=address, port=port, **facts)


def opened(port: int = 587, address: str = FOUR) -> list[Evidence]:
    return [
        stage("tcp", port, address),
        stage("greeting", port, address, code=220, is_ours=True),
        stage("ehlo", port, address, code=250),
    ]


CLOSED = {"error": "ECONNREFUSED"}
SILENT = {"error": "timeout"}
CASES = {
    "port25-blocked-drop": [
        settings(ports=[25]), *opened(587), stage("tcp", 25, **SILENT),
    ],
    "port25-blocked-rst": [
        settings(ports=[25]), *opened(587), stage("tcp", 25, **CLOSED),
    ],
    "port25-blocked-icmp": [
        settings(ports=[25]), *opened(587), stage("tcp", 25, error="EHOSTUNREACH"),
    ],
    "ipv6-broken": [
        settings(), *opened(587), stage("tcp", 587, SIX, **SILENT),
    ],
    "ipv6-only-blocked": [
        settings(), *opened(587), stage("tcp", 587, SIX, **CLOSED),
    ],
    "no-default-route": [
        settings(), routes(count=1), stage("tcp", error="ENETUNREACH"),
    ],
    "link-down": [settings(), routes(), stage("tcp", error="ENETUNREACH")],
    "no-internet": [
        settings(), routes("192.0.2.1", count=2), stage("tcp", error="ENETUNREACH"),
    ],
    "gateway-wrong": [settings(), stage("tcp", seconds=3.0, error="EHOSTUNREACH")],
    "wrong-server-typo": [settings(host="uot.example", relation="typo")],
    "wrong-server": [settings(host="mx.example", relation="other")],
    "stale-ip-in-config": [settings(host="198.51.100.9", relation="old-address")],
    "wrong-port": [
        settings(ports=[2526], unknown_ports=[2526]),
        *opened(587),
        stage("tcp", 2526, **CLOSED),
    ],
    "dns-servfail": [system(error="EAI_AGAIN"), server("A", rcode=2), *opened()],
    "dns-refused": [system(error="EAI_AGAIN"), server("A", rcode=5), *opened()],
    "dns-server-dead": [system(error="EAI_AGAIN"), server("A", **SILENT), *opened()],
    "dns-aaaa-timeout": [
        system(error="timeout"),
        server("A", FOUR, rcode=0),
        server("AAAA", **SILENT),
        *opened(),
    ],
    "dns-hijack": [
        settings(), system("198.51.100.9"), server("A", "198.51.100.9", rcode=0),
        *opened(), stage("tcp", 587, "198.51.100.9", **CLOSED),
    ],
    "hosts-file-stale": [
        settings(), system("198.51.100.9"), server("A", FOUR, rcode=0),
    ],
    "dns-slow": [settings(), system(FOUR, seconds=2.0), *opened()],
    "high-latency": [
        settings(), system(FOUR, seconds=2.0), stage("tcp", seconds=1.8),
    ],
    "captive-portal": [
        stage("tcp"), stage("greeting", error="malformed", received="HTTP/1.1 302"),
    ],
    "rate-limited-421": [
        stage("tcp"), stage("greeting", status=FAILED, code=421, text="4.7.0 slow"),
    ],
    "dnsbl-listed": [
        stage("tcp"),
        stage(
            "greeting", status=FAILED, code=554, is_ours=False,
            text="5.7.1 Service unavailable; Client host [192.0.2.9] blocked using x",
        ),
    ],
    "ptr-missing": [
        stage("tcp"),
        stage(
            "greeting", status=FAILED, code=450,
            text="4.7.1 Client host rejected: cannot find your reverse hostname",
        ),
    ],
    "ptr-mismatch": [
        stage("tcp"),
        stage(
            "greeting", status=FAILED, code=450,
            text="4.7.25 Client host rejected: cannot find your hostname",
        ),
    ],
    "isp-policy-554": [
        stage("tcp"), stage("greeting", status=FAILED, code=554, is_ours=False),
    ],
    "smtp-inspection-helo": [
        stage("tcp"),
        stage("greeting", status=WARNING, code=220, is_masked=True),
        stage("ehlo", status=FAILED, code=500),
    ],
    "starttls-refused-502": [
        *opened(), stage("starttls", status=FAILED, offered=True, code=502),
    ],
    "transparent-proxy": [
        stage("tcp"),
        stage("greeting", code=220, is_ours=False, host="box.local"),
        stage("ehlo", code=250),
        stage("starttls", status=FAILED, offered=False, code=502),
    ],
    "mtu-blackhole": [
        *opened(), stage("certificate", small_segments="ok", **SILENT),
    ],
    "firewall-stall-tls": [
        *opened(), stage("certificate", small_segments="timeout", **SILENT),
    ],
    "firewall-rst-clienthello": [
        *opened(), stage("certificate", error="ECONNRESET"),
    ],
    "tls-too-old": [
        *opened(),
        stage("certificate", error="tls", reason="TLSV1_ALERT_PROTOCOL_VERSION"),
    ],
    "cipher-mismatch": [
        *opened(),
        stage("certificate", error="tls", reason="SSLV3_ALERT_HANDSHAKE_FAILURE"),
    ],
    "tls-intercept-noauth": [
        *opened(),
        stage("certificate", status=FAILED, pin_matches=False),
        stage("ehlo_tls", status=FAILED, mechanisms=[]),
    ],
    "sasl-mech-mismatch": [
        *opened(),
        stage("auth", status=FAILED, reason="mechanism", mechanisms=["GSSAPI"]),
    ],
    "auth-lockout": [*opened(), stage("auth", status=FAILED, code=450)],
    "scanner-auth-backend-down": [*opened(), stage("ehlo_tls", error="closed")],
}  # fmt: skip


@pytest.mark.parametrize("slug", CASES)
def test_names_the_cause_first(slug):
    causes = judge(CASES[slug], "agent")

    assert causes, "nothing named"
    assert causes[0].slug == slug


def test_healthy_evidence_names_nothing():
    healthy = [
        settings(), system(FOUR), server("A", FOUR, rcode=0), *opened(),
        stage("starttls", offered=True, code=220),
        stage("certificate", pin_matches=True, name_matches=True),
        stage("ehlo_tls", mechanisms=["PLAIN"]), stage("auth", code=235),
        stage("tcp", 25, **SILENT),  # set to 587: nobody needs it
    ]  # fmt: skip

    assert judge(healthy, "agent") == []
    assert judge(healthy, "server") == []


def test_a_session_cut_by_the_time_limit_is_not_healthy():
    causes = judge([settings(), *opened()], "server")

    assert [(one.slug, one.next_check) for one in causes] == [("high-latency", "later")]


def test_a_machine_without_ipv6_is_not_healthy_where_there_is_nothing_else():
    evidence = [
        settings(),
        stage("tcp", 587, SIX, status="skipped", error="ENETUNREACH"),
    ]

    assert judge(evidence)
    assert judge([*evidence, *opened(), stage("ehlo_tls", mechanisms=["PLAIN"])]) == []


def test_no_evidence_names_nothing():
    assert judge([]) == []


@pytest.mark.parametrize(
    ("evidence", "alike"),
    [
        (
            [settings(), stage("tcp", **SILENT)],
            {"egress-firewall-all", "portal-ip-filtered", "return-path-asymmetric"},
        ),
        (
            [settings(), stage("tcp", **CLOSED)],
            {"scanner-down", "host-firewall-out", "egress-firewall-all"},
        ),
        (
            [system(error="EAI_NONAME"), server("A", rcode=3)],
            {"wrong-server-typo", "dns-nxdomain"},
        ),
        (
            [system(error="EAI_AGAIN"), server("A", **SILENT), *opened()],
            {"dns-server-dead", "dns-server-wrong"},
        ),
        (
            [*opened(), stage("auth", status=FAILED, code=535)],
            {
                "auth-password-wrong",
                "auth-user-wrong",
                "account-disabled",
                "account-ip-bound",
            },
        ),
    ],
)
def test_lists_together_what_one_end_cannot_tell_apart(evidence, alike):
    causes = judge(evidence, "agent")

    tied = [one for one in causes if one.confidence == causes[0].confidence]
    assert {one.slug for one in tied} == alike
    assert len({one.next_check for one in tied}) == 1
    assert tied[0].next_check
    assert sum(one.confidence for one in causes) <= 1


def test_a_machine_that_is_cut_off_has_no_problem_with_names():
    causes = judge(
        [
            settings(),
            system(error="EAI_AGAIN"),
            server("A", error="network"),
            stage("tcp", seconds=0.0002, error="ENETUNREACH"),
        ],
        "agent",
    )

    assert {one.slug for one in causes} == {
        "no-default-route",
        "link-down",
        "no-internet",
    }


def test_our_own_side_is_blamed_first_from_our_own_side():
    evidence = [settings(), stage("tcp", **SILENT)]

    assert judge(evidence, "server")[0].slug == "scanner-down"
    assert judge(evidence, "agent")[-1].slug == "scanner-down"
