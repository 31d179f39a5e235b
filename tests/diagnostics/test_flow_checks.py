"""Envelope, many bytes, counters of TCP: against a real server on loopback."""

from __future__ import annotations

import socket
from functools import partial

import pytest

from cleanmail.wire.tcpinfo import read_counters
from diagnostics.checks import bulk, closer_look, evidence
from diagnostics.checks.dialogue import Dialogue, address_in
from diagnostics.checks.evidence import FAILED, OK, SKIPPED, Endpoint
from tests.diagnostics.scanner import Scanner
from tests.diagnostics.test_checks import one, run, slugs, target_of

SELF_SIGNED = ["scanner-cert-self-signed"]
LOGIN = {"username": "acme", "password": "richtig-geheim"}


def test_writes_many_bytes_and_never_finishes_the_message(good_certificate, authority):
    with Scanner(good_certificate) as scanner:
        found = run(target_of(scanner, authority, **LOGIN))

    assert one(found, "envelope").facts["code"] == 354
    assert one(found, "bulk").status == OK
    assert one(found, "bulk").facts["is_through"]
    assert scanner.content > 40_000
    assert not scanner.finished
    assert "QUIT" not in scanner.commands
    assert slugs(found, "agent") == []


def test_only_the_sending_machine_writes(good_certificate, authority):
    with Scanner(good_certificate) as scanner:
        found = run(target_of(scanner, authority, is_sender=False, **LOGIN))

    assert scanner.count("AUTH") == 1
    assert scanner.count("MAIL") == 0
    assert not [item for item in found if item.check in {"envelope", "bulk"}]


def test_nothing_is_written_after_a_refused_log_in(good_certificate, authority):
    with Scanner(good_certificate) as scanner:
        run(target_of(scanner, authority, username="acme", password="falsch-geraten"))

    assert scanner.count("AUTH") == 1
    assert scanner.count("MAIL") == 0


def test_names_what_the_envelope_is_refused_for(good_certificate, authority):
    refusal = b"553 5.7.1 <x>: Sender address rejected: not owned by user acme\r\n"
    with Scanner(good_certificate, rcpt=refusal) as scanner:
        found = run(target_of(scanner, authority, **LOGIN))

    assert one(found, "envelope").facts["stage"] == "rcpt"
    assert not [item for item in found if item.check == "bulk"]
    assert scanner.content == 0
    assert slugs(found, "agent") == ["sender-not-allowed"]


def test_a_line_that_stops_is_told_from_a_slow_one(
    good_certificate, authority, monkeypatch
):
    monkeypatch.setattr(bulk, "BYTES", 8 * 1024 * 1024)
    monkeypatch.setattr(bulk, "STALL_SECONDS", 0.4)
    with Scanner(good_certificate, swallows=1000) as scanner:
        found = run(target_of(scanner, authority, **LOGIN))

    assert one(found, "bulk").status == FAILED
    assert one(found, "bulk").facts["is_stalled"]
    assert slugs(found, "agent") == ["nat-session-short"]


def test_says_the_customers_helo_name_inside_tls_only(good_certificate, authority):
    with Scanner(good_certificate) as scanner:
        run(target_of(scanner, authority, helo="MAILSRV01"))

    said = [line for line in scanner.commands if line.startswith("EHLO")]
    assert said == ["EHLO probe-n0nce.invalid", "EHLO MAILSRV01"]


def test_stages_carry_what_the_kernel_counted(good_certificate, authority):
    with Scanner(good_certificate) as scanner:
        found = run(target_of(scanner, authority))

    facts = one(found, "ehlo").facts
    assert facts["retransmits"] == 0
    assert facts["received_bytes"] > 20
    assert 0 <= facts["rtt_seconds"] < 1


def test_a_closed_socket_has_no_counters():
    sock = socket.socket()
    sock.close()

    assert read_counters(sock) is None


def lines(target, *ends: tuple[int, bool | None]) -> list[Dialogue]:
    made = []
    for port, is_open in ends:
        line = Dialogue(Endpoint("localhost", "127.0.0.1", port), target, print)
        line.is_open = is_open
        made.append(line)
    return made


def test_looks_closer_only_at_what_does_not_open(good_certificate, monkeypatch):
    monkeypatch.setattr(closer_look, "PATIENCE_SECONDS", 0.0)
    seen: list[str] = []
    with Scanner(good_certificate) as scanner:
        ports = (scanner.port, 1)
        target = target_of(scanner, configured_ports=ports, connect_seconds=0.2)
        for is_settled, *ends in (
            (True, (scanner.port, True)),
            (False, (scanner.port, True)),
            (True, (scanner.port, True), (1, False)),
            (False, (scanner.port, True), (1, None)),
        ):
            view = closer_look.View(
                partial(lines, target, *ends),
                partial(bool, is_settled),
                lambda: {"reach": 1, "is_reached": True},
            )
            since = len(seen)
            closer_look.look_closer(view, target, lambda e: seen.append(e.check))
            seen[since:] = ["/".join(seen[since:])]

    assert seen == ["", "", "path_tcp", "reconnect/path_tcp"]


@pytest.mark.parametrize("is_believed", [True, False])
def test_speaks_tls_first_where_that_is_the_way(
    new_certificate, authority, monkeypatch, is_believed
):
    own = new_certificate(issuer=authority if is_believed else None)
    with Scanner(own, is_implicit=True) as scanner:
        monkeypatch.setattr(evidence, "IMPLICIT_TLS_PORT", scanner.port)
        found = run(target_of(scanner, authority, **LOGIN))

    assert one(found, "certificate").facts["is_verified"] is is_believed
    assert one(found, "greeting").facts["is_ours"]
    assert one(found, "auth").status == (OK if is_believed else SKIPPED)
    assert "STARTTLS" not in scanner.commands
    assert slugs(found, "server") == ([] if is_believed else SELF_SIGNED)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("out.example Hello probe [192.0.2.9]\nSIZE 1", "192.0.2.9"),
        ("out.example Hello probe [IPv6:2001:db8::9]", "2001:db8::9"),
        ("out.example Hello probe (192.0.2.9), pleased to meet you", "192.0.2.9"),
        ("out.example\nSIZE 1 [192.0.2.9]", ""),
        ("out.example [999.1.1.1] [cafe]", ""),
    ],
)
def test_reads_by_which_address_the_server_greets_us(text, address):
    assert address_in(text) == address
