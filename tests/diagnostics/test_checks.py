"""The checks against a real server on loopback."""

from __future__ import annotations

import socket
import time
from datetime import timedelta

import pytest

from diagnostics.checks import names
from diagnostics.checks.as_user import may_become
from diagnostics.checks.evidence import FAILED, OK, SKIPPED, WARNING, Evidence, Target
from diagnostics.checks.mta import find_mta
from diagnostics.checks.run import run_checks
from diagnostics.verdicts import judge
from tests.diagnostics.scanner import NOW, Scanner

# As root, where Postfix is installed, its user tries the port too.
AS_USER = ("tcp_as_user",) if may_become(find_mta().user) else ()


def target_of(scanner: Scanner, authority=None, **fields) -> Target:
    defaults = {
        "host": "localhost",
        "nonce": "n0nce",
        "configured_host": "localhost",
        "configured_ports": (scanner.port,),
        "known_hosts": ("localhost",),
        "known_ports": (scanner.port,),
        "cafile": str(authority.pem) if authority else "",
        "reply_seconds": 2.0,
    }
    return Target(**(defaults | fields))


def run(target: Target) -> list[Evidence]:
    return run_checks(target, lambda _evidence: None)


def one(evidence: list[Evidence], check: str, port: int = 0) -> Evidence:
    found = [
        item
        for item in evidence
        if item.check == check and port in {0, item.facts.get("port")}
    ]
    assert len(found) == 1, [item.subject for item in found]
    return found[0]


def slugs(evidence: list[Evidence], vantage: str = "server") -> list[str]:
    return [finding.slug for finding in judge(evidence, vantage)]


def test_healthy_scanner_passes_every_stage(good_certificate, authority):
    with Scanner(good_certificate) as scanner:
        target = target_of(
            scanner, authority, username="acme", password="richtig-geheim"
        )
        since = time.monotonic()
        found = run(target)
        spent = time.monotonic() - since

    assert {item.check for item in found if item.facts.get("port") == scanner.port} == {
        "tcp", "greeting", "ehlo", "starttls", "certificate", "ehlo_tls", "auth",
        "envelope", "bulk", *AS_USER,
    }  # fmt: skip
    for check in ("tcp", "greeting", "ehlo", "starttls", "certificate", "auth"):
        assert one(found, check, scanner.port).status == OK
    assert one(found, "auth").facts["code"] == 235
    assert slugs(found) == []
    assert spent < 2


def test_names_itself_with_the_nonce(good_certificate, authority):
    with Scanner(good_certificate) as scanner:
        run(target_of(scanner, authority))

    assert set(scanner.commands) >= {"EHLO probe-n0nce.invalid"}


def test_tries_25_and_587_beside_the_given_port(good_certificate, authority):
    with Scanner(good_certificate) as scanner:
        found = run(target_of(scanner, authority))

    tried = {item.facts["port"] for item in found if item.check == "tcp"}
    assert tried == {scanner.port, 25, 587}


def test_reports_each_evidence_in_the_callers_thread(good_certificate, authority):
    names = []
    with Scanner(good_certificate) as scanner:
        found = run_checks(
            target_of(scanner, authority), lambda item: names.append(item.check)
        )

    assert names == [item.check for item in found]
    assert names[0] == "configured"


def test_stops_when_the_listener_raises(good_certificate, authority):
    def refuse(_item: Evidence) -> None:
        raise LookupError

    with Scanner(good_certificate) as scanner, pytest.raises(LookupError):
        run_checks(target_of(scanner, authority), refuse)


def test_wrong_password_is_tried_exactly_once(good_certificate, authority):
    with Scanner(good_certificate) as one_port, Scanner(good_certificate) as other:
        target = target_of(
            one_port,
            authority,
            known_ports=(one_port.port, other.port),
            username="acme",
            password="falsch-geraten ",
        )
        found = run(target)

    assert one_port.count("AUTH") + other.count("AUTH") == 1
    facts = one(found, "auth").facts
    assert facts["code"] == 535
    assert facts["password_signs"] == ["trailing-blank"]
    assert slugs(found)[0] == "auth-password-space"


def test_password_is_in_no_evidence_even_when_echoed(good_certificate, authority):
    with Scanner(good_certificate, refusal="535 no falsch-geraten here") as scanner:
        found = run(
            target_of(scanner, authority, username="acme", password="falsch-geraten")
        )

    assert "falsch-geraten" not in repr(found)
    assert "AGFjbWUAZmFsc2NoLWdlcmF0ZW4=" not in repr(found)
    assert one(found, "auth").facts["text"] == "no •••• here"


def test_sends_no_password_to_a_certificate_it_cannot_believe(new_certificate):
    with Scanner(new_certificate()) as scanner:
        found = run(target_of(scanner, username="acme", password="richtig-geheim"))

    assert scanner.count("AUTH") == 0
    assert one(found, "auth").status == SKIPPED
    assert one(found, "auth").facts["reason"] == "certificate"


@pytest.mark.parametrize("pins", [(), ("0" * 64,)])
def test_sends_no_password_to_a_believed_stranger(new_certificate, authority, pins):
    names = ("localhost",) if pins else ("mx.example",)
    with Scanner(new_certificate(issuer=authority, names=names)) as scanner:
        run(
            target_of(
                scanner, authority, pins=pins, username="acme", password="richtig"
            )
        )

    assert scanner.count("EHLO") >= 2
    assert scanner.count("AUTH") == 0


def test_pin_makes_a_self_signed_certificate_believable(new_certificate):
    own = new_certificate()
    with Scanner(own) as scanner:
        found = run(
            target_of(
                scanner, pins=(own.pin,), username="acme", password="richtig-geheim"
            )
        )

    assert one(found, "auth").status == OK
    assert slugs(found) == ["scanner-cert-self-signed"]


def test_names_a_self_signed_certificate(new_certificate):
    with Scanner(new_certificate()) as scanner:
        found = run(target_of(scanner))

    facts = one(found, "certificate").facts
    assert facts["verify_code"] == 18
    assert facts["is_self_issued"]
    assert facts["names"] == ["localhost", "127.0.0.1"]
    assert slugs(found) == ["scanner-cert-self-signed"]


def test_names_an_expired_certificate(new_certificate, authority):
    old = new_certificate(issuer=authority, ends=NOW - timedelta(days=3))
    with Scanner(old) as scanner:
        found = run(target_of(scanner, authority))

    assert one(found, "certificate").facts["is_expired"]
    assert slugs(found) == ["scanner-cert-expired"]
    assert slugs(found, "agent") == ["scanner-cert-expired", "clock-skew"]


def test_names_a_certificate_for_another_name(new_certificate, authority):
    other = new_certificate(issuer=authority, names=("mx.example",))
    with Scanner(other) as scanner:
        found = run(target_of(scanner, authority))

    assert one(found, "certificate").facts["name_matches"] is False
    assert slugs(found)[0] == "scanner-cert-wrong-name"


def test_names_interception_by_its_issuer(new_certificate, authority, good_certificate):
    product = new_certificate(subject="Avast Mail Shield Root", is_ca=True)
    with Scanner(new_certificate(issuer=product)) as scanner:
        found = run(target_of(scanner, authority, pins=(good_certificate.pin,)))

    assert one(found, "certificate").facts["pin_matches"] is False
    assert slugs(found) == ["tls-intercept-av"]


def test_finds_a_stripped_offer_by_trying_it(good_certificate, authority):
    with Scanner(good_certificate, keywords=("SIZE 1000",)) as scanner:
        found = run(target_of(scanner, authority))

    assert one(found, "starttls").facts["offered"] is False
    assert one(found, "starttls").facts["code"] == 220
    assert slugs(found) == ["starttls-stripped"]


def test_finds_a_masking_firewall(good_certificate, authority):
    with Scanner(
        good_certificate,
        greeting=b"220 ****************************\r\n",
        keywords=("SIZE 1000", "XXXXXXXA"),
        starttls=b"500 5.5.1 unrecognized\r\n",
    ) as scanner:
        found = run(target_of(scanner, authority))

    assert one(found, "greeting").status == WARNING
    assert one(found, "ehlo").facts["is_masked"]
    assert slugs(found) == ["smtp-inspection-mask"]


def test_421_is_no_missing_starttls(good_certificate, authority):
    with Scanner(
        good_certificate, greeting=b"421 4.7.0 too many connections\r\n"
    ) as scanner:
        found = run(target_of(scanner, authority))

    assert one(found, "greeting").facts["code"] == 421
    assert not [item for item in found if item.check == "starttls"]
    assert slugs(found) == ["rate-limited-421"]


def test_foreign_554_is_the_providers_policy(good_certificate, authority):
    with Scanner(
        good_certificate, greeting=b"554 5.7.1 mx.isp.example use our relay\r\n"
    ) as scanner:
        found = run(target_of(scanner, authority))

    assert slugs(found) == ["isp-policy-554"]


def test_web_page_in_place_of_a_greeting(good_certificate, authority):
    with Scanner(good_certificate, greeting=b"HTTP/1.1 302 Found\r\n\r\n") as scanner:
        found = run(target_of(scanner, authority))

    assert slugs(found) == ["captive-portal"]


def test_silent_server_is_named_after_the_reply_limit(good_certificate, authority):
    with Scanner(good_certificate, greeting=b"") as scanner:
        found = run(target_of(scanner, authority, reply_seconds=0.3))

    assert one(found, "greeting").facts["error"] == "timeout"
    assert slugs(found)[0] == "scanner-down"
    assert slugs(found, "agent")[0] == "firewall-stall-banner"


def test_cleartext_after_starttls(good_certificate, authority):
    with Scanner(good_certificate, after_starttls="421 go away\r\n") as scanner:
        found = run(target_of(scanner, authority))

    assert slugs(found) == ["starttls-garbage"]


def test_refused_port_is_told_from_a_wrong_one(good_certificate, authority):
    closed = socket.create_server(("127.0.0.1", 0))
    port = closed.getsockname()[1]
    closed.close()
    with Scanner(good_certificate) as scanner:
        found = run(target_of(scanner, authority, configured_ports=(port,)))

    assert one(found, "tcp", port).facts["error"] == "ECONNREFUSED"
    assert one(found, "tcp", port).status == FAILED
    assert slugs(found) == ["wrong-port"]


def test_dropped_connections_end_within_six_seconds(good_certificate):
    # A full backlog drops SYNs, as a firewall does.
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    port = listener.getsockname()[1]
    fillers = [socket.socket() for _ in range(3)]
    for filler in fillers:
        filler.setblocking(False)
        filler.connect_ex(("127.0.0.1", port))
    target = Target(
        host="localhost", nonce="n", configured_ports=(port,), known_ports=(port,)
    )

    since = time.monotonic()
    found = run(target)
    spent = time.monotonic() - since
    for sock in (*fillers, listener):
        sock.close()

    assert one(found, "tcp", port).facts["error"] == "timeout"
    assert spent < 6
    assert set(slugs(found)) >= {"scanner-down", "egress-firewall-all"}


def test_typo_in_the_configured_name(good_certificate, authority):
    with Scanner(good_certificate) as scanner:
        found = run(target_of(scanner, authority, configured_host="lcoalhost"))

    assert one(found, "configured").facts["relation"] == "typo"
    assert slugs(found) == ["wrong-server-typo"]


def test_refuses_endpoints_that_are_not_allowed(good_certificate, authority):
    with Scanner(good_certificate) as scanner:
        found = run(target_of(scanner, authority, allows=lambda _a, _p: False))

    assert scanner.commands == []
    assert all(i.status == SKIPPED for i in found if i.check == "tcp")


@pytest.mark.parametrize("host", ["localhost", "Mail.Localhost."])
def test_name_servers_are_not_asked_about_this_machine(host: str):
    seen: list[Evidence] = []

    assert names.check_servers(host, ["192.0.2.53"], seen.append) == []
    assert seen == []


@pytest.mark.parametrize(("allows", "error"), [(False, "EAI_NONAME"), (True, "")])
def test_typed_name_tells_no_address_that_is_out_of_bounds(allows, error):
    target = Target(
        host="192.0.2.1",
        nonce="n0nce",
        configured_host="localhost",
        allows=lambda address, _port: allows and not address.startswith("192."),
        total_seconds=3.0,
    )
    (seen,) = (e for e in run(target) if e.subject == "localhost @system")

    assert bool(seen.facts["addresses"]) == allows
    assert seen.facts["error"] == error
