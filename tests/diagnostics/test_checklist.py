"""The manual's list, each line answered by whichever end has looked."""

from __future__ import annotations

import pytest
from django.urls import reverse

from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.models import Evidence, Probe
from diagnostics.pasted import read
from diagnostics.presentation.checklist import Checklist, Line, make_checklist
from tests import factories

HOST, V4 = "out.cleanmail.example", "192.0.2.25"
ENDPOINT = {"address": V4, "family": "ipv4"}


def see(check: str, status: str = "ok", **facts) -> Observation:
    port = facts.get("port")
    found = ENDPOINT | facts if port else facts
    return Observation(check, f"{HOST}:{port}/ipv4", status, 0.1, found, [])


def listed(**by_end: list[Observation]) -> dict[str, Line]:
    found: Checklist = make_checklist(by_end, host=HOST, addresses=(V4,))
    return {line.key: line for line in (*found.questions, *found.enclosures)}


def states(**by_end: list[Observation]) -> dict[str, str]:
    return {key: line.state for key, line in listed(**by_end).items()}


SESSION = {"nonce": "", "client_address": "198.51.100.7", "port": 587, "stage": "sent"}


@pytest.mark.parametrize(
    ("key", "end", "seen", "state"),
    [
        ("server", "server", see("configured", host=HOST), "good"),
        ("server", "server", see("configured", "failed", relation="typo"), "bad"),
        ("server", "server", see("configured", "skipped"), "open"),
        ("server", "agent", see("configured", host=HOST, unknown_ports=[26]), "bad"),
        (
            "server",
            "pasted",
            see("greeting", port=25, code=220, is_ours=False, host="mx"),
            "bad",
        ),
        ("server", "scanner_log", see("scanner_session", **SESSION), "good"),
        ("server", "text", see("error_text", "failed", causes=["wrong-port"]), "bad"),
        (
            "server",
            "text",
            see("error_text", "failed", causes=["wrong-port", "scanner-down"]),
            "open",
        ),
        ("login", "server", see("auth", code=235), "good"),
        ("login", "agent", see("auth", "failed", code=535), "bad"),
        ("login", "agent", see("auth", "failed", error="timeout"), "open"),
        ("login", "server", see("auth", "skipped"), "open"),
        (
            "login",
            "scanner_log",
            see("scanner_session", **SESSION, sasl={"result": "ok"}),
            "good",
        ),
        (
            "login",
            "scanner_log",
            see("scanner_session", "failed", **SESSION, sasl={"result": "failed"}),
            "bad",
        ),
        ("login", "text", see("error_text", "failed", reply_code=535), "bad"),
        ("starttls", "server", see("starttls", port=587, offered=True), "open"),
        ("starttls", "agent", see("starttls", port=587, offered=True), "open"),
        ("starttls", "agent", see("starttls", "failed", port=587), "bad"),
        (
            "starttls",
            "scanner_log",
            see("scanner_session", **SESSION, tls={"protocol": "TLSv1.3"}),
            "good",
        ),
        (
            "starttls",
            "scanner_log",
            see("scanner_session", "failed", **SESSION, rejects=[
                {"code": 530, "text": "Must issue a STARTTLS command first"}]),
            "bad",
        ),
        ("port25", "pasted", see("tcp", port=25), "good"),
        ("port25", "pasted", see("tcp", "failed", port=25, error="timeout"), "bad"),
        ("port25", "server", see("tcp", port=25), "open"),
        ("port25", "pasted", see("tcp", port=587), "open"),
        ("firewall", "agent", see("tcp", port=587), "good"),
        ("firewall", "agent", see("tcp", "failed", port=587, error="timeout"), "bad"),
        ("firewall", "agent", see("greeting", port=25, is_masked=True), "bad"),
        ("firewall", "agent", see("certificate", port=25, issuer="CN=Avast"), "bad"),
        ("firewall", "server", see("tcp", "failed", port=587), "open"),
        ("telnet", "pasted", see("greeting", port=25, code=220), "good"),
        ("telnet", "pasted", see("greeting", "failed", port=25, code=554), "bad"),
        ("telnet", "server", see("greeting", port=25, code=220), "open"),
        (
            "nslookup",
            "pasted",
            see("names", host=HOST, resolver="10.0.0.1", addresses=[V4]),
            "good",
        ),
        (
            "nslookup",
            "pasted",
            see("names", host=HOST, resolver="system", addresses=["203.0.113.9"]),
            "bad",
        ),
        (
            "nslookup",
            "agent",
            see("names", "failed", host=HOST, resolver="system", addresses=[]),
            "bad",
        ),
        ("nslookup", "agent", see("names", host="other", addresses=[V4]), "open"),
        ("internet", "agent", see("routes", "failed", gateways=[]), "bad"),
        ("internet", "agent", see("routes", gateways=["10.0.0.1"]), "open"),
        ("internet", "pasted", see("ping", host="9.9.9.9", answered=True), "good"),
        ("address", "scanner_log", see("scanner_session", **SESSION), "good"),
        ("error", "text", see("error_text", "failed", reply_code=535), "good"),
        ("traceroute", "pasted", see("path", "warning", host=HOST, hops=[]), "good"),
    ],
)  # fmt: skip
def test_each_line_has_the_state_that_the_ends_give_it(
    key: str, end: str, seen: Observation, state: str
):
    line = listed(**{end: [seen]})[key]

    assert line.state == state
    assert bool(line.reasons) or line.state == "open"
    assert bool(line.then) == (line.state == "open")


def test_the_probes_own_sessions_say_nothing_of_the_mail_server():
    own = see("scanner_session", **(SESSION | {"nonce": "a1b2"}), tls={"protocol": "x"})

    assert states(scanner_log=[own])["starttls"] == "open"


def test_nothing_is_answered_before_anybody_looks():
    assert set(states().values()) == {"open"}


def test_a_whole_paste_answers_what_can_be_seen_by_hand():
    text = f"""C:\\>telnet {HOST} 25
220 {HOST} ESMTP
C:\\>nslookup {HOST}
Server:  fritz.box
Address:  192.168.178.1

Name:    {HOST}
Address:  {V4}
C:\\>tracert -d {HOST}

Routenverfolgung zu {HOST} [{V4}] über maximal 30 Hops:

  1    <1 ms    <1 ms    <1 ms  192.168.178.1
"""
    found = states(pasted=list(read(text).evidence))

    for key in ("port25", "firewall", "telnet", "nslookup", "internet", "traceroute"):
        assert found[key] == "good", key


@pytest.mark.django_db
@pytest.mark.db
@pytest.mark.parametrize("name", ["probe", "probe_progress", "checklist"])
def test_stands_on_the_page_and_alone(people, client_for, name):
    probe = factories.make_probe(people.acme, state=Probe.State.FINISHED)
    Evidence.objects.create(
        customer=people.acme, probe=probe, ordinal=1, vantage="pasted",
        check_name="greeting", subject=HOST, status="ok",
        facts=ENDPOINT | {"port": 25, "code": 220, "text": "<b>x</b>"},
    )  # fmt: skip

    answer = client_for(people.alice).get(
        reverse(f"diagnostics:{name}", args=[probe.pk])
    )

    page = answer.content.decode()
    assert "Wird der Hostname des Outbound Scanner Servers korrekt aufgelöst?" in page
    assert f"telnet {HOST} 25" in page
    assert "1 von 8 beantwortet" in page
    assert "<b>x</b>" not in page
    assert "Aus eingefügten Ausgaben: Begrüssung auf Port 25, IPv4: 220" in page
