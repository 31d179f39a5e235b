"""Pasted error text: what is read, what it may mean, and that no text is too much."""

from __future__ import annotations

import time

import pytest

from diagnostics.causes import CATALOGUE, next_check_text
from diagnostics.error_text import RULES, VANTAGE, as_evidence, explain
from diagnostics.error_text.groups import GROUPS
from diagnostics.verdicts.together import View, judge_together
from tests.diagnostics.error_lines import DEFERRED, EXIM, HOST, LINES, SAID, WINDOWS

ROWS = [pytest.param(said, id=f"row {said.row}") for said in LINES]


@pytest.mark.parametrize("said", ROWS)
def test_every_format_of_the_catalogue_leads_to_its_group(said):
    found = explain(said.text)

    assert (found.group, found.causes[0]) == (said.group, said.first)
    assert (found.reply_code, found.enhanced_status) == (
        said.reply,
        said.enhanced or found.enhanced_status,
    )


def test_every_row_of_the_catalogue_has_a_line():
    rows = {int(said.row.partition("-")[0]) for said in LINES}

    assert rows == set(range(1, 77))


@pytest.mark.parametrize("said", ROWS)
def test_a_group_of_several_has_the_check_that_splits_it(said):
    found = explain(said.text)

    assert set(found.causes) <= set(CATALOGUE)
    assert bool(found.next_check) == (len(found.causes) > 1)
    assert not found.next_check or next_check_text(found.next_check, "de")


@pytest.mark.parametrize("said", ROWS)
def test_the_verdict_of_a_text_alone_names_all_of_its_causes_and_no_other(said):
    evidence = as_evidence(said.text)
    causes = evidence[0].facts["causes"]

    findings = judge_together([View(VANTAGE, evidence)])

    assert {one.slug for one in findings} == set(causes)
    assert len({one.confidence for one in findings}) == 1
    assert len(causes) == 1 or findings[0].confidence <= 0.5
    assert {one.next_check for one in findings} == {evidence[0].facts["next_check"]}


@pytest.mark.parametrize(
    ("group", "texts"), WINDOWS, ids=[group for group, _ in WINDOWS]
)
def test_windows_says_it_in_four_languages(group, texts):
    assert {explain(text).group for text in texts} == {group}


def test_rules_name_causes_and_checks_that_there_are():
    causes = {slug for rule in RULES for slug in rule.causes}
    causes |= {slug for group in GROUPS.values() for slug in group.causes}
    checks = {one.next_check for one in (*RULES, *GROUPS.values())} - {""}

    assert causes <= set(CATALOGUE)
    assert all(next_check_text(check, "de") for check in checks)
    assert all(phrase == phrase.lower() for rule in RULES for phrase in rule.phrases)


# Each named by its own text in the fault lab; kept apart from what only shares it.
@pytest.mark.parametrize(
    "text",
    [
        DEFERRED + f"(connect to {HOST}:587: Connection timed out)",
        DEFERRED + "(Cannot start TLS: handshake failure)",
        DEFERRED + "(Server certificate not verified)",
        DEFERRED + f"(SASL authentication failed; server {HOST} said: 535 5.7.8 x)",
        DEFERRED + f"(TLS is required, but was not offered by host {HOST})",
        DEFERRED + "(unable to look up host a.b.example: Temporary failure in name "
        "resolution)",
    ],
)
def test_what_many_causes_say_names_many(text):
    assert len(explain(text).causes) >= 5


def test_place_and_program_are_read():
    found = explain(DEFERRED + f"(connect to {HOST}:587: Connection timed out)")

    assert (found.mta, found.host, found.address, found.port, found.stage) == (
        "postfix",
        "out.scanner.example",
        "198.51.100.7",
        587,
        "tcp",
    )


def test_an_exim_line_names_its_place():
    found = explain(EXIM + "defer (111): out.scanner.example [198.51.100.7]:25 "
                    "Connection refused")  # fmt: skip

    assert (found.mta, found.host, found.address, found.port) == (
        "exim",
        "out.scanner.example",
        "198.51.100.7",
        25,
    )


def test_the_address_of_the_sender_is_not_taken_for_the_server():
    text = "554 5.7.1 Client host [192.0.2.5] blocked using bl.lists.example"

    assert explain(text).address == ""


def test_the_protocol_log_of_exchange_names_the_server_and_not_itself():
    log = (
        "2026-11-24T08:41:07.123Z,Scanner,08DD,0,,198.51.100.7:587,*,,attempting to "
        "connect\n"
        "2026-11-24T08:41:28.123Z,Scanner,08DD,1,192.0.2.5:49152,198.51.100.7:587,*,,"
        '"Failed to connect. Winsock error code: 10060, Win32 error code: 10060, Error '
        "Message: Ein Verbindungsversuch ist fehlgeschlagen, da die Gegenstelle nach "
        'einer bestimmten Zeitspanne nicht richtig reagiert hat"\n'
    )

    found = explain(log)

    assert (found.mta, found.address, found.port) == ("exchange", "198.51.100.7", 587)
    assert (found.group, found.causes[0]) == ("T-TMO", "egress-firewall-all")


def test_a_port_that_is_named_leaves_out_what_blocks_another():
    text = "Port: 587, Secure(SSL): No, Error Number: 0x800CCC0E"

    named, unnamed = explain(text), explain("Error Number: 0x800CCC0E")

    assert not [slug for slug in named.causes if slug.startswith("port25-")]
    assert unnamed.causes[0] == "port25-blocked-drop"


def test_mail_to_the_scanners_own_domain_is_no_mail_past_it():
    text = DEFERRED.replace("away.example", "scanner.example")
    text += f"(connect to {HOST}:25: Connection timed out)"

    assert explain(text, ["out.scanner.example"]).causes[0] == "port25-blocked-drop"


def test_the_line_before_says_what_the_failure_was():
    lines = [
        f"SSL_connect error to {HOST}:587: Connection reset by peer",
        DEFERRED + "(Cannot start TLS: handshake failure)",
    ]

    alone, both = explain(lines[1]), explain("\n".join(lines))

    assert "mtu-blackhole" in alone.causes
    assert both.causes == ("firewall-rst-clienthello", "scanner-tls-broken")
    assert (both.host, both.port) == ("out.scanner.example", 587)


def test_only_the_last_address_tried_is_shown():
    six = DEFERRED + "(connect to a.b.example[2001:db8::7]:587: Network is unreachable)"
    four = f"postfix/smtp[1]: connect to {HOST}:587: Connection refused"

    assert explain(six).causes[0] == "ipv6-broken"
    assert len(explain(six).causes) > 1
    assert explain(four + "\n" + six).group == "T-REF"


def test_a_refused_ipv6_address_may_be_refused_for_ipv6_only():
    text = DEFERRED + "(connect to a.b.example[2001:db8::7]:587: Connection refused)"

    assert explain(text).causes[0] == "ipv6-only-blocked"


def test_the_newest_attempt_of_a_log_counts():
    old = DEFERRED + f"(SASL authentication failed; server {HOST} said: 535 5.7.8 x)"
    new = DEFERRED + f"(connect to {HOST}:587: Connection timed out)"
    between = "\n".join(f"line {number} of something else" for number in range(100))

    assert explain(f"{old}\n{between}\n{new}").group == "T-TMO"


def test_a_delivery_is_no_error():
    text = DEFERRED.replace("deferred", "sent") + "(250 2.0.0 Ok: queued as 4XbH)"
    text = text.replace("delays=0/0/3/0", "delays=0/0/0.3/0")

    [item] = as_evidence(text)

    assert (item.status, item.facts["group"], item.facts["causes"]) == (
        "ok",
        "T-SENT",
        [],
    )


def test_a_late_delivery_may_come_of_a_slow_way():
    text = DEFERRED.replace("deferred", "sent") + "(250 2.0.0 Ok: queued as 4XbH)"

    found = explain(text.replace("delays=0/0/3/0", "delays=0/0/6.5/0"))

    assert found.group == "T-LATE"
    assert {"dns-aaaa-timeout", "ipv6-broken", "packet-loss"} <= set(found.causes)


def test_a_server_of_somebody_else_speaks_for_mail_past_the_scanner():
    text = DEFERRED + "(connect to mx.elsewhere.example[192.0.2.9]:25: timed out)"
    text = text.replace("timed out", "Connection timed out")

    assert explain(text).causes[0] == "port25-blocked-drop"
    assert explain(text, ["out.scanner.test"]).causes[0] == "not-using-scanner"


def test_a_bounce_is_read_by_its_diagnosis_and_not_by_the_mail_in_it():
    bounce = """From: MAILER-DAEMON@mx1.here.example
Content-Type: multipart/report; boundary="=_b"

--=_b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx1.here.example
Final-Recipient: rfc822; who@away.example
Action: failed
Status: 5.7.1
Remote-MTA: dns; out.scanner.example
Diagnostic-Code: smtp; 554 5.7.1 <who@away.example>:
    Relay access
    denied

--=_b
Content-Type: message/rfc822

Subject: 535 5.7.8 authentication failed

550 5.1.1 user unknown, Connection timed out
"""
    found = explain(bounce)

    assert (found.reply_code, found.enhanced_status) == (554, "5.7.1")
    assert (found.group, found.host) == ("T-RELAY", "out.scanner.example")


def test_an_encoded_bounce_is_read():
    quoted = (
        "Content-Transfer-Encoding: quoted-printable\n\n"
        "554 5.7.1 <who=40away.example>: Relay ac=\ncess denied"
    )
    encoded = (
        "Content-Transfer-Encoding: base64\n\n"
        "VGhlIGVycm9yIHdhczoKNTU0IDUuNy4xIDxhQGIuZXhhbXBsZT46IFJlbGF5IGFjY2VzcyBkZW5p\n"
        "ZWQK\n"
    )

    assert explain(quoted).group == explain(encoded).group == "T-RELAY"


def test_a_wrapped_line_is_put_together():
    wrapped = f"> (connect to {HOST}:25: Connection\n> timed out)"

    assert (explain(wrapped).group, explain(wrapped).port) == ("T-TMO", 25)


def test_a_number_of_three_digits_is_no_reply_code():
    for text in (
        "We sold 550 chairs in 450 days, see page 535",
        "Nov 24 2026 12:00:00 postfix/qmgr[535]: 4XbH: removed",
        "client [203.0.113.225], version 5.7.1.8 of 10.5.7.8",
    ):
        found = explain(text)
        assert (found.reply_code, found.causes, found.group) == (None, (), "")


def test_unknown_text_says_so():
    [item] = as_evidence("Guten Tag, bei uns geht nichts mehr. Danke und Gruss")

    assert (item.status, item.facts["causes"], item.transcript) == ("skipped", [], [])
    assert as_evidence(" \n ") == []


def test_people_and_credentials_are_masked():
    secret = "Geheim4711"
    lines = [
        SAID + "553 5.7.1 <anna.muster@here.example>: Sender address rejected: not "
        "owned by user muster-ag (in reply to RCPT TO command))",
        f"535 5.7.8 failed, sasl_username=anna.muster, password={secret}",
        "535 5.7.8 failed after AUTH PLAIN AGFubmEubXVzdGVyAEdlaGVpbTQ3MTE=",
    ]
    for line in lines:
        [item] = as_evidence(line)
        shown = " ".join(item.transcript)
        for word in ("anna", "muster-ag", secret, "AGFubmEubXVzdGVyAEdlaGVpbTQ3MTE"):
            assert word not in shown
        assert "5.7." in shown


def test_evidence_has_the_agreed_form():
    [item] = as_evidence(DEFERRED + f"(connect to {HOST}:25: Connection refused)")

    assert (item.check, item.subject, item.status) == (
        "error_text",
        "out.scanner.example",
        "failed",
    )
    assert set(item.facts) == {
        "reply_code", "enhanced_status", "stage", "mta", "host", "address", "port",
        "group", "causes", "next_check",
    }  # fmt: skip


BIG = 1_000_000


@pytest.mark.parametrize(
    "hostile",
    [
        "a" * BIG,
        "550 " * (BIG // 4),
        "connect to " * (BIG // 11),
        "[198.51.100.7]:25 " * (BIG // 18),
        "a@" * (BIG // 2),
        "5.7." * (BIG // 4),
        "a" * 3990 + "[",
        "\x00\xff\x1b[31m\u202e" * (BIG // 8),
        "=\n" * (BIG // 2) + "quoted-printable",
        ("A" * 76 + "\n") * (BIG // 77) + "base64",
        "Diagnostic-Code: x\n" + " y\n" * (BIG // 3),
        "<" * (BIG // 2) + "</p>",
        "\ud800\udfff" * 1000,
        "password=" * (BIG // 9) + " 535 5.7.8 authentication failed",
    ],
    ids=range(14),
)
def test_no_text_takes_long_or_breaks_it(hostile):
    started = time.process_time()

    as_evidence(hostile)

    # The processor's own time: a busy machine changes nothing. Quadratic were minutes.
    assert time.process_time() - started < 10


def test_many_lines_take_their_number():
    line = DEFERRED + f"(connect to {HOST}:25: Connection timed out)\n"

    assert explain(line * 20_000).group == "T-TMO"
