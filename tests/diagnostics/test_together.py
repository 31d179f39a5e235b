"""The joint verdict: one row a cause, as the ends show it, and which end decides."""

from __future__ import annotations

import pytest

from diagnostics import causes
from diagnostics.checks.wording import TIMEOUT
from diagnostics.verdicts import judge
from diagnostics.verdicts.signs import SIGNS
from diagnostics.verdicts.together import (
    View,
    judge_together,
    vantages_that_looked,
)
from tests.diagnostics.ends import (
    ADDRESS,
    PIN,
    agent,
    agent_of,
    configured,
    log,
    logged,
    refused,
    rejected,
    resolved,
    seen,
    sent,
    server,
    session,
    stage,
    text,
)

SILENT25 = stage("tcp", 25, error=TIMEOUT)
SILENT = stage("tcp", error=TIMEOUT)
UNBELIEVED = {
    "verify_code": 20, "text": "unable to get local issuer", "issuer": "Lab Issuing CA",
    "error": "certificate-refused", "sha256": PIN,
}  # fmt: skip
FAILED_LOGIN = stage("auth", status="failed", code=535, text="authentication failed")
EXPIRED = UNBELIEVED | {"verify_code": 10, "text": "certificate has expired"}


def certificate(**facts):
    return stage("certificate", status="failed", **(UNBELIEVED | facts))


SILENCE = (
    "egress-firewall-all", "portal-ip-filtered", "return-path-asymmetric",
    "firewall-egress-process",
)  # fmt: skip
NO_LOG_IN = ("auth-not-enabled", "auth-map-key-mismatch", "wrong-server")
PLAIN = logged("ehlo=1 mail=0/1 quit=1", stage="mail")
NO_AUTH = logged("ehlo=2 starttls=1 mail=1 rcpt=0/1 quit=1", stage="rcpt")
NO_LOGIN = logged("ehlo=2 starttls=1 quit=1", stage="tls")
HANGS_UP = logged("ehlo=1 starttls=1 quit=1", stage="tls")
TLS_LOST = logged(
    "ehlo=1 starttls=0/1", tls_error="lost connection", lost_after="STARTTLS"
)

# The cause, what each end shows, and what stands beside it with which next check.
FIRST = {
    "port25-blocked-drop": (
        server(),
        agent_of(configured(port=25), SILENT25, *session()),
        log(),
        text("T-TMO", "port25-blocked-drop", "egress-firewall-all", port=25),
    ),
    "starttls-off": (server(), agent(), log(PLAIN), text("T-530", "starttls-off")),
    "implicit-tls-on-587": (
        server(),
        agent(),
        log(logged("", lost_after="CONNECT")),
        text("T-TLS", "implicit-tls-on-587", "starttls-garbage"),
    ),
    "sasl-mech-mismatch": (
        server(),
        agent(),
        log(NO_LOGIN),
        text("T-MECH", "sasl-mech-mismatch"),
    ),
    "auth-user-wrong": (
        server(),
        agent(FAILED_LOGIN),
        log(refused("user")),
        text("T-535", "auth-password-wrong", "auth-user-wrong", "auth-user-domain"),
    ),
    "auth-user-domain": (
        server(),
        agent(FAILED_LOGIN),
        log(refused("user", username_signs=["at-sign"])),
        text("T-535", "auth-password-wrong", "auth-user-wrong", "auth-user-domain"),
    ),
    "auth-password-space": (
        server(),
        agent(FAILED_LOGIN),
        log(refused("password", slip="blank")),
        text("T-535", "auth-password-wrong", "auth-password-space"),
    ),
    "auth-password-wrong": (
        server(),
        agent(stage("auth", status="failed", code=535, password_signs=[])),
        log(refused("password", slip="case")),
        text("T-535", "auth-password-wrong", "auth-user-wrong"),
    ),
    "auth-password-special": (
        server(),
        agent(),
        log(refused("password", slip="cut")),
        text("T-535", "auth-password-wrong", "auth-password-special"),
    ),
    "account-disabled": (
        server(),
        agent(FAILED_LOGIN),
        log(refused("disabled")),
        text("T-535", "auth-password-wrong", "account-disabled"),
    ),
    "ca-bundle-old": (
        server(),
        agent(certificate()),
        log(HANGS_UP),
        text("T-CERT", "ca-bundle-old", "scanner-cert-no-chain", "tls-intercept-av"),
    ),
    "clock-skew": (
        server(),
        agent(certificate(**EXPIRED)),
        log(HANGS_UP),
        text("T-CERT", "scanner-cert-expired", "clock-skew", "tls-intercept-av"),
    ),
    "scanner-cert-expired": (
        server(certificate(**EXPIRED)),
        agent(certificate(**EXPIRED)),
        log(HANGS_UP),
        text("T-CERT", "ca-bundle-old", "scanner-cert-expired", "clock-skew"),
    ),
    "scanner-cert-no-chain": (
        server(certificate()),
        agent(certificate()),
        log(HANGS_UP),
        text("T-CERT", "ca-bundle-old", "scanner-cert-no-chain"),
    ),
    "tls-intercept-av": (
        server(),
        agent(certificate(sha256="cd" * 32, issuer="Lab Mail Shield Root")),
        log(HANGS_UP),
        text("T-CERT", "ca-bundle-old", "tls-intercept-av"),
    ),
    "tls-too-old": (
        server(),
        agent(),
        log(logged("ehlo=1 starttls=0/1", tls_error="unsupported protocol")),
        text("T-TLS", "tls-too-old"),
    ),
    "cipher-mismatch": (
        server(),
        agent(),
        log(logged("ehlo=1 starttls=0/1", tls_error="no shared cipher")),
        text("T-TLS", "cipher-mismatch"),
    ),
    "mtu-blackhole": (
        server(),
        agent(stage("certificate", error=TIMEOUT, small_segments="ok")),
        log(TLS_LOST),
        text("T-TLS", "mtu-blackhole", "firewall-stall-tls"),
    ),
    "scanner-down": (
        server(stage("tcp", error="ECONNREFUSED")),
        agent(stage("tcp", error="ECONNREFUSED")),
        log(),
        text("T-REF", "port25-blocked-rst", "wrong-port", "scanner-down"),
    ),
    "not-using-scanner": (
        server(),
        agent(),
        log(),
        text("T-TMO", *SILENCE, host="mx.remote.test", address="192.0.2.9"),
    ),
    "wrong-server": (
        server(),
        agent_of(configured("mx.cleanmail.example", 25), *session()),
        log(),
        text(
            "T-RELAY", "auth-not-enabled", "wrong-server", host="mx.cleanmail.example"
        ),
    ),
    "mx-lookup-instead-of-host": (
        server(),
        agent(),
        log(),
        text("T-NX", "wrong-server-typo", "dns-nxdomain", host="cleanmail.example"),
    ),
    "helo-invalid": (
        server(),
        agent(),
        log(rejected("504", "Helo command rejected: need fully-qualified hostname")),
        text("T-HELO", "helo-invalid"),
    ),
    "helo-unknown": (
        server(),
        agent(),
        log(rejected("450", "<x.local>: Helo command rejected: Host not found")),
        text("T-HELO", "helo-unknown"),
    ),
    "sender-not-allowed": (
        server(),
        agent(),
        log(rejected("553", "Sender address rejected: not owned by user acme-out")),
        text("T-SENDER", "sender-not-allowed"),
    ),
    "dnsbl-listed": (
        server(),
        agent(),
        log(rejected("554", "Client host [198.51.100.2] blocked using bl.example")),
        text("T-DNSBL", "dnsbl-listed"),
    ),
    "ptr-missing": (
        server(),
        agent(),
        log(rejected("450", "cannot find your reverse hostname, [198.51.100.2]")),
        text("T-PTR", "ptr-missing"),
    ),
    "recipient-limit": (
        server(),
        agent(),
        log(rejected("450", "Error: too many recipients from 198.51.100.2")),
        text("T-RATE", "recipient-limit"),
    ),
    "scanner-disk-full": (
        server(),
        agent(),
        log(rejected("452", "Insufficient system storage")),
        text("T-452", "scanner-disk-full"),
    ),
    "bare-lf": (
        server(),
        agent(),
        log(
            logged(
                "ehlo=2 starttls=1 auth=1 mail=1 rcpt=1 data=0/1 quit=1",
                stage="data",
                sasl={"result": "ok"},
            )
        ),
        text("T-LF", "bare-lf"),
    ),
    "early-talker": (
        server(),
        agent(),
        log(rejected("554", "Error: SMTP protocol synchronization")),
        text("T-SYNC", "early-talker"),
    ),
    "message-too-big": (
        server(),
        agent(),
        log(rejected("552", "Error: message file too big")),
        text("T-SIZE", "message-too-big"),
    ),
    "auth-lockout": (
        server(),
        agent(stage("auth", status="failed", code=450, text="too many AUTH")),
        log(rejected("450", "Error: too many AUTH commands from 198.51.100.2")),
        text("T-LOCK", "auth-lockout"),
    ),
    "client-cert-unusable": (
        server(),
        agent(),
        log(TLS_LOST),
        text("T-XCH", "client-cert-unusable", mta="exchange"),
    ),
    "downstream-reject": (
        server(),
        agent(),
        log(sent()),
        text("T-POL", "downstream-reject", host="", address=""),
    ),
    "resource-exhausted-local": (
        server(),
        agent(),
        log(),
        text("T-LOCAL", "resource-exhausted-local", host="", address="", port=None),
    ),
    "tls-intercept-plain": (
        server(),
        agent(
            certificate(sha256="cd" * 32, issuer="Lab Mail Shield Root"),
            stage("ehlo_tls", status="failed", code=250, mechanisms=[]),
        ),
        log(logged("ehlo=1 quit=1", stage="ehlo")),
        text("T-CERT", "tls-intercept-av", "tls-intercept-plain"),
    ),
    "queue-backoff": (
        server(),
        agent(),
        log(),
        text("T-OLD", "downstream-reject", "egress-firewall-all", "queue-backoff"),
    ),
    "ipv6-only-blocked": (
        server(),
        agent_of(
            configured(),
            *session(),
            stage("tcp", address="2001:db8::25", family="ipv6", error="ECONNREFUSED"),
        ),
        log(sent()),
        text("T-V6", "ipv6-broken", "ipv6-only-blocked", address=""),
    ),
    "nat-session-short": (
        server(),
        agent(),
        log(
            logged(
                "ehlo=2 starttls=1 auth=1 mail=1 rcpt=1 data=0/1",
                stage="data",
                sasl={"result": "ok"},
                lost_after="DATA",
            )
        ),
        text("T-BODY", "nat-session-short"),
    ),
}
# Groups that even all ends together leave whole, and the look that splits them.
GROUPS = (
    (
        ("auth-not-enabled", "auth-map-key-mismatch"),
        "show-config",
        (server(), agent(), log(NO_AUTH), text("T-RELAY", *NO_LOG_IN)),
    ),
    (
        ("auth-password-wrong", "auth-password-special"),
        "near-miss",
        (server(), agent(FAILED_LOGIN), log(refused("password"))),
    ),
    (
        ("firewall-egress-process", "conn-limit-nat"),
        "as-mta-user",
        (server(), agent(), log(), text("T-TMO", *SILENCE)),
    ),
    (
        ("egress-firewall-all", "portal-ip-filtered", "return-path-asymmetric"),
        "count-syn",
        (server(), agent(SILENT), log(), text("T-TMO", *SILENCE)),
    ),
    (
        ("sasl-noplaintext-default", "sasl-plugin-missing"),
        "show-config",
        (
            server(),
            agent(),
            log(NO_LOGIN),
            text("T-WORTHY", "sasl-noplaintext-default", "sasl-plugin-missing"),
        ),
    ),
    (
        ("account-ip-bound", "source-ip-changed"),
        "account-state",
        (
            server(),
            agent(FAILED_LOGIN),
            log(refused("allow_nets check failed")),
            text("T-535", "auth-password-wrong", "account-ip-bound"),
        ),
    ),
)


def shown(views) -> list[str]:
    return [f"{one.slug} {one.confidence}" for one in judge_together(list(views))]


@pytest.mark.parametrize("slug", FIRST)
def test_all_ends_name_the_cause_first(slug: str):
    found = judge_together(list(FIRST[slug]))

    assert found, slug
    assert found[0].slug == slug, shown(FIRST[slug])
    assert found[0].confidence > 0.5, shown(FIRST[slug])
    assert found[0].next_check == ""
    assert len(found) == 1 or found[1].confidence < found[0].confidence


@pytest.mark.parametrize(("slugs", "following", "views"), GROUPS)
def test_what_cannot_be_split_stands_together(slugs, following, views):
    found = judge_together(list(views))

    alike = {one.slug for one in found if one.confidence == found[0].confidence}
    assert set(slugs) <= alike, shown(views)
    assert {one.next_check for one in found if one.slug in slugs} == {following}
    assert found[0].confidence <= 0.5


@pytest.mark.parametrize("slug", FIRST)
def test_no_end_alone_is_sure_of_a_wrong_cause(slug: str):
    for view in FIRST[slug]:
        found = judge_together([view])

        right = not found or found[0].slug == slug
        assert right or found[0].confidence <= 0.5, (view.vantage, shown([view]))


def test_a_mail_server_that_sends_does_not_excuse_a_blank_in_what_was_typed():
    """Postfix trims a blank at the end of a password, others do not."""
    blank = stage("auth", status="failed", code=535, password_signs=["trailing-blank"])

    found = judge_together([server(), agent(blank), log(sent())])

    assert found[0].slug == "auth-password-space"
    assert found[0].next_check == ""


def test_a_few_lost_packets_do_not_hide_what_stops_the_mail():
    lossy = [*session()[:-1], stage("ehlo_tls", mechanisms=["PLAIN"], retransmits=5)]
    views = [server(), agent_of(configured(), *lossy), *FIRST["bare-lf"][2:]]

    found = judge_together(views)

    assert judge_together([views[1]])[0].slug == "packet-loss"
    assert found[0].slug == "bare-lf"
    assert found[0].confidence > 0.5


def test_two_ends_that_agree_are_surer_than_either():
    ends = text("T-530", "starttls-off"), log(PLAIN)

    both = judge_together(list(ends))[0].confidence

    assert both > max(judge_together([end])[0].confidence for end in ends)


def test_an_end_that_contradicts_makes_less_sure():
    broken = agent(stage("certificate", error=TIMEOUT, small_segments="ok"))

    alone = judge_together([broken])[0]
    contradicted = judge_together([broken, log(rejected("553", "not owned by user"))])

    same = [one for one in contradicted if one.slug == alone.slug]
    assert not same or same[0].confidence < alone.confidence


def test_healthy_from_everywhere_names_nothing():
    views = [server(), agent(), log(sent())]

    assert judge_together(views) == []
    assert vantages_that_looked(views) == ["server", "agent", "scanner_log"]


def test_an_empty_report_has_not_looked():
    assert judge_together([View("agent", [])]) == []
    assert vantages_that_looked([View("agent", []), server()]) == ["server"]


def test_one_probe_alone_is_judged_as_ever():
    view = agent(FAILED_LOGIN)

    assert judge_together([view]) == judge(view.evidence, "agent")


def test_the_probes_own_sessions_say_nothing_of_the_mail_server():
    own = logged("ehlo=2 starttls=1 quit=1", nonce="0123456789abcdef")

    assert judge_together([agent(), log(own)]) == []


def test_a_probes_own_session_says_nothing_of_the_mail_server():
    broken = agent(stage("certificate", error=TIMEOUT, small_segments="ok"))
    own = logged("ehlo=1 starttls=0/1", nonce="0123456789abcdef")
    kept = View("scanner_log", log(own).evidence, is_whole=False)

    with_log = judge_together([server(), broken, kept])

    assert with_log == judge_together([server(), broken])


def test_what_left_encrypted_and_arrived_in_clear_was_opened_on_the_way():
    nonce = "0123456789abcdef"
    name = f"probe-{nonce}.invalid"
    opened = agent(
        stage("ehlo", code=250, helo=name),
        certificate(sha256="cd" * 32, issuer="Lab Mail Shield Root"),
        stage("ehlo_tls", status="failed", code=250, mechanisms=[]),
    )
    in_clear = log(logged("ehlo=2 quit=1", nonce=nonce, helo=name))
    in_tls = log(logged("ehlo=2 starttls=1 quit=1", nonce=nonce, helo=name))

    assert judge_together([server(), opened, in_clear])[0].slug == "tls-intercept-plain"
    assert judge_together([server(), opened, in_tls])[0].slug == "tls-intercept-noauth"


def test_a_421_is_never_a_lack_of_starttls():
    greeting = stage("greeting", status="failed", code=421, text="4.7.0 too many")

    found = judge_together(
        [server(), agent(greeting), text("T-421", "rate-limited-421")]
    )

    assert found[0].slug == "rate-limited-421"
    assert not [one for one in found if one.slug.startswith("starttls")]


def test_our_own_fault_is_said_to_be_ours():
    found = judge_together(list(FIRST["scanner-cert-expired"]))

    assert causes.CATALOGUE[found[0].slug].who == causes.US


def test_every_cause_has_a_row_and_a_text():
    assert set(SIGNS) <= set(causes.CATALOGUE)
    assert set(causes.CATALOGUE) <= set(SIGNS)


def test_every_reason_and_next_check_has_its_words():
    every = [*FIRST.values(), *(views for _slugs, _code, views in GROUPS)]
    for views in every:
        for found in judge_together(list(views)):
            assert (
                causes.next_check_text(found.next_check, "fr") or not found.next_check
            )
            for reason in found.because:
                assert causes.reason_text(reason.code, reason.values, "it")


def test_learns_from_the_portal_which_certificate_is_ours():
    strange = agent(certificate(sha256="cd" * 32, issuer="Nobody's CA"))

    found = judge_together([server(), strange])

    assert found[0].slug == "tls-intercept-av"


def test_learns_from_the_portal_which_addresses_are_ours():
    astray = agent_of(
        configured(addresses=[]),
        resolved("203.0.113.99"),
        seen("names", resolver="192.0.2.53", type="A", rcode=0, addresses=[ADDRESS]),
        stage("tcp", error=TIMEOUT),
    )

    found = judge_together([server(), astray])

    assert found[0].slug == "hosts-file-stale", found
