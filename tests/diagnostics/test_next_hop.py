"""A domain's next hop, asked whether it would take mail: every answer it can give."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from accounts.models import Domain
from diagnostics import runner
from diagnostics.checks.evidence import Evidence
from diagnostics.domain_checks.next_hop import Hop, run_next_hop
from diagnostics.domain_verdict import Finding, judge, judge_next_hop
from diagnostics.models import Probe
from tests.diagnostics.scanner import DAY, NOW, Issued, issue
from tests.services.ports import free_ports
from tests.services.postfix import Postfix, postfix
from tests.smtp_server import Script, SmtpServer

HOST = "mx.acme.example"
RECIPIENT = "test@acme.example"


def make_hop(port: int, **fields: object) -> Hop:
    defaults = {
        "host": HOST,
        "port": port,
        "recipient": RECIPIENT,
        "helo": "cleanmail.example",
        "nonce": "a1b2",
        "resolve": lambda: ("127.0.0.1",),
    }
    return Hop(**(defaults | fields))


def visit(hop: Hop) -> tuple[Finding, list[Evidence]]:
    evidence = run_next_hop(hop, lambda _item: None)
    return judge_next_hop(evidence), evidence


def server_context(issued: Issued) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.pem)
    return context


@pytest.fixture
def certified(new_certificate, authority) -> Callable[..., SmtpServer]:
    """Return a function that makes a server with a certificate of the authority."""

    def make(*, replies=None, names=(HOST,), **fields: object) -> SmtpServer:
        issued = new_certificate(**({"issuer": authority, "names": names} | fields))
        script = Script(replies=replies or {}, tls=server_context(issued))
        return SmtpServer(script)

    return make


def test_says_hello_names_the_address_and_sends_nothing(certified, authority):
    with certified() as server:
        found, _evidence = visit(make_hop(server.port, cafile=str(authority.pem)))

    assert (found.level.value, found.code) == ("ok", "hop-good")
    verbs = [command.split(" ")[0] for command in server.commands]
    assert verbs == ["EHLO", "STARTTLS", "EHLO", "MAIL", "RCPT", "RSET", "QUIT"]
    assert "MAIL FROM:<>" in server.commands
    assert f"RCPT TO:<{RECIPIENT}>" in server.commands
    assert "EHLO cleanmail.example" in server.commands
    assert server.transactions == server.unfinished == []


@pytest.mark.parametrize(
    ("replies", "level", "code"),
    [
        ({"RCPT": "450 4.2.0 Greylisted, try again later"}, "warn", "hop-greylisted"),
        ({"RCPT": "452 4.3.1 Insufficient storage"}, "warn", "hop-busy"),
        ({"RCPT": "554 5.7.1 Relay access denied"}, "fail", "hop-relay-denied"),
        ({"RCPT": "550 5.7.54 Unable to relay"}, "fail", "hop-relay-denied"),
        ({"RCPT": "550 5.1.1 User unknown"}, "warn", "hop-no-recipient"),
        ({"RCPT": "550 5.1.10 RESOLVER.ADR.X; not there"}, "warn", "hop-no-recipient"),
        ({"RCPT": "554 5.7.1 blocked using zen"}, "fail", "hop-blocked"),
        ({"RCPT": "550 5.7.1 no"}, "fail", "hop-rejected"),
        ({"MAIL": "530 5.7.0 Must issue a STARTTLS first"}, "fail", "hop-wants-tls"),
        ({"MAIL": "530 5.7.1 Authentication required"}, "fail", "hop-wants-login"),
        ({"MAIL": "550 5.1.7 no null sender"}, "fail", "hop-no-bounces"),
        ({"GREETING": "554 5.7.1 go away"}, "fail", "hop-closed"),
        ({"GREETING": "421 4.3.2 too many"}, "warn", "hop-busy"),
        ({"GREETING": "SSH-2.0-OpenSSH_9"}, "fail", "hop-no-smtp"),
    ],
)
def test_names_the_cause(replies, level, code):
    with SmtpServer(Script(replies=replies)) as server:
        found, _evidence = visit(make_hop(server.port))

    assert (found.level.value, found.code) == (level, code)
    assert found.sentence
    assert "%(" not in found.sentence + found.remedy
    assert "DATA" not in server.commands


def test_a_reply_stands_in_the_sentence():
    replies = {"RCPT": "554 5.7.1 Relay access denied"}
    with SmtpServer(Script(replies=replies)) as server:
        found, _evidence = visit(make_hop(server.port))

    assert "554 5.7.1 Relay access denied" in found.sentence


def test_servers_that_know_helo_only_are_fine():
    replies = {"EHLO": "502 5.5.1 no", "HELO": "250 mx.acme.example"}
    with SmtpServer(Script(replies=replies)) as server:
        found, _evidence = visit(make_hop(server.port))

    assert found.code == "hop-clear"


def test_without_encryption_it_warns():
    with SmtpServer() as server:
        found, _evidence = visit(make_hop(server.port))

    assert (found.level.value, found.code) == ("warn", "hop-clear")


def test_without_the_encryption_that_is_demanded_it_fails():
    with SmtpServer() as server:
        found, _evidence = visit(make_hop(server.port, demands_tls=True))

    assert (found.level.value, found.code) == ("fail", "hop-no-tls")
    assert not any(command.startswith("RCPT") for command in server.commands)


@pytest.mark.parametrize(
    ("demands_tls", "level", "code"),
    [(True, "fail", "hop-tls-broken"), (False, "warn", "hop-clear-after-tls")],
)
def test_a_handshake_that_breaks_ends_where_a_release_would(
    certified, demands_tls, level, code
):
    with certified(replies={"STARTTLS": "220 Ready\nrubbish"}) as server:
        found, _evidence = visit(make_hop(server.port, demands_tls=demands_tls))

    assert (found.level.value, found.code) == (level, code)


def test_starttls_refused_for_now_goes_on_in_clear(certified):
    with certified(replies={"STARTTLS": "454 4.7.0 no TLS now"}) as server:
        found, _evidence = visit(make_hop(server.port))

    assert found.code == "hop-clear-after-tls"


@pytest.mark.parametrize(
    ("fields", "trusted", "code"),
    [
        ({"names": ("other.example",)}, True, "hop-certificate-name"),
        ({}, False, "hop-certificate-unknown"),
        (
            {"starts": NOW - 40 * DAY, "ends": NOW - DAY},
            True,
            "hop-certificate-expired",
        ),
    ],
)
def test_reports_what_is_wrong_with_the_certificate(
    certified, authority, fields, trusted, code
):
    with certified(**fields) as server:
        cafile = str(authority.pem) if trusted else ""
        hop = make_hop(server.port, cafile=cafile, demands_tls=True)
        found, evidence = visit(hop)

    assert (found.level.value, found.code) == ("warn", code)
    (shown,) = [item for item in evidence if item.check == "certificate"]
    assert shown.facts["names"]
    assert dt.datetime.fromisoformat(shown.facts["not_after"])
    assert any(item.check == "recipient" for item in evidence)
    assert found.sentence


@pytest.mark.parametrize(
    ("fields", "trusted", "code"),
    [
        ({"names": ("other.example",)}, True, "hop-demands-name"),
        ({}, False, "hop-demands-vouched"),
        ({"starts": NOW - 40 * DAY, "ends": NOW - DAY}, True, "hop-demands-unexpired"),
        ({}, True, "hop-good"),
    ],
)
def test_a_certificate_that_is_demanded_stops_the_visit_as_a_release(
    certified, authority, fields, trusted, code
):
    with certified(**fields) as server:
        cafile = str(authority.pem) if trusted else ""
        demands = {"demands_tls": True, "demands_certificate": True}
        found, evidence = visit(make_hop(server.port, cafile=cafile, **demands))

    is_good = code == "hop-good"
    assert (found.level.value, found.code) == ("ok" if is_good else "fail", code)
    assert any(item.check == "recipient" for item in evidence) == is_good
    assert "%(" not in found.sentence + found.remedy


def test_a_certificate_of_ones_own_is_usual_between_mail_servers(certified):
    with certified() as server:
        found, _evidence = visit(make_hop(server.port))

    assert (found.level.value, found.code) == ("ok", "hop-good-unvouched")


def test_writes_the_day_of_expiry_as_people_read_it(certified, authority):
    ends = dt.datetime(2026, 3, 9, tzinfo=dt.UTC)
    with certified(starts=ends - DAY, ends=ends) as server:
        found, _evidence = visit(make_hop(server.port, cafile=str(authority.pem)))

    assert "09.03.2026" in found.sentence


def test_our_own_server_as_next_hop_is_a_ring():
    with SmtpServer() as server:
        found, _evidence = visit(make_hop(server.port, ours=(HOST,)))

    assert (found.level.value, found.code) == ("fail", "hop-is-us")


def test_nobody_listens():
    (port,) = free_ports(1)

    found, _evidence = visit(make_hop(port))

    assert (found.level.value, found.code) == ("fail", "hop-refused")


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (Script(delays={"GREETING": 30}), "hop-mute"),
        (Script(delays={"RCPT": 30}), "hop-mute"),
        (Script(cuts=("GREETING",)), "hop-cut"),
        (Script(cuts=("MAIL",)), "hop-cut"),
        (Script(cuts=("EHLO",)), "hop-cut"),
    ],
)
def test_silence_and_cuts(script, code):
    with SmtpServer(script) as server:
        found, _evidence = visit(make_hop(server.port, reply_seconds=0.5))

    assert found.code == code


def test_tries_the_next_address_where_nobody_listens():
    with SmtpServer() as server:
        hop = make_hop(server.port, resolve=lambda: ("127.0.0.9", "127.0.0.1"))
        found, evidence = visit(hop)

    assert found.code == "hop-clear"
    reached = [item.status for item in evidence if item.check == "tcp"]
    assert reached == ["failed", "ok"]


# The guard, by the way the worker goes.


@pytest.fixture
def probe_of(people, settings) -> Callable[..., Probe]:
    """Return a function that runs a probe of a next hop."""
    settings.ALLOWED_PORTS = range(1, 65536)

    def run(host: str, port: int = 25, **fields: object) -> Probe:
        Domain.objects.filter(customer=people.acme).update(
            next_hop_host=host, next_hop_port=port, **fields
        )
        domain = Domain.objects.get(customer=people.acme)
        probe = Probe.objects.create(
            customer=people.acme,
            domain=domain,
            kind="next_hop",
            nonce="a1b2",
            configured_host=host,
            configured_port=port,
            test_recipient=RECIPIENT,
        )
        runner.run_probe(people.acme.pk, probe.pk)
        probe.refresh_from_db()
        return probe

    return run


@pytest.mark.django_db
@pytest.mark.db
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "0.0.0.0",  # noqa: S104 - typed, not bound to
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "[::1]",
        "::",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::a00:1",
        "64:ff9b:1::a00:1",
        "2001:0:7f00:1::",
        "fe80::1",
        "fe80::1%lo",
        "fc00::1",
        "ff02::1",
        "localhost",
    ],
)
def test_connects_to_no_inner_address(probe_of, settings, host):
    settings.ALLOWED_NETWORKS = []

    probe = probe_of(host)

    assert [item.check_name for item in probe.evidence.all()] == ["names"]
    finding = judge(probe)[0]
    assert finding.code in {"hop-address-forbidden", "hop-no-name"}
    assert finding.is_bad


@pytest.mark.django_db
@pytest.mark.db
def test_connects_to_no_forbidden_port(probe_of, settings):
    settings.ALLOWED_PORTS = [25]
    with SmtpServer() as server:
        probe = probe_of("127.0.0.1", server.port)

    assert judge(probe)[0].code == "hop-port-forbidden"
    assert server.connections == 0


@pytest.mark.django_db
@pytest.mark.db
def test_tells_no_address_that_it_refuses(probe_of, settings, monkeypatch):
    settings.ALLOWED_NETWORKS = []
    answer_with(monkeypatch, ["10.1.2.3"])

    probe = probe_of("intranet.acme.example")

    assert judge(probe)[0].code == "hop-address-forbidden"
    assert "10.1.2.3" not in repr([vars(item) for item in probe.evidence.all()])


@pytest.mark.django_db
@pytest.mark.db
def test_one_inner_address_among_public_ones_refuses_all(
    probe_of, settings, monkeypatch
):
    settings.ALLOWED_NETWORKS = ["127.0.0.1/32"]
    with SmtpServer() as server:
        answer_with(monkeypatch, ["127.0.0.1", "127.0.0.2"])
        probe = probe_of("mx.acme.example", server.port)

    assert judge(probe)[0].code == "hop-address-forbidden"
    assert server.connections == 0


@pytest.mark.django_db
@pytest.mark.db
def test_a_name_that_changes_its_address_gets_no_further(
    probe_of, settings, monkeypatch
):
    """DNS rebinding: allowed when it is checked, inside when it is connected to."""
    settings.ALLOWED_NETWORKS = ["127.0.0.1/32"]
    with SmtpServer() as outside, inner_listener(outside.port) as inner:
        asked = answer_with(monkeypatch, ["127.0.0.1"], ["127.0.0.2"])
        probe = probe_of("mx.acme.example", outside.port)

        assert judge(probe)[0].code == "hop-clear"
        assert asked == ["mx.acme.example"]
        assert outside.connections == 1
        with pytest.raises(BlockingIOError):
            inner.accept()


def answer_with(monkeypatch, *answers: list[str]) -> list[str]:
    """Let the system's resolver answer so, the last answer from then on."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def resolve(host, port, *args, **named):
        if not str(host).endswith(".example"):
            return real(host, port, *args, **named)
        addresses = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        kind = socket.SOCK_STREAM
        return [(socket.AF_INET, kind, 6, "", (a, port or 0)) for a in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


def inner_listener(port: int) -> closing[socket.socket]:
    """Listen inside, on the same port."""
    made = socket.create_server(("127.0.0.2", port))
    made.setblocking(False)
    return closing(made)


# A real Postfix.


@pytest.fixture(scope="module")
def mta(pki, authority) -> Iterator[Postfix]:
    """Run a Postfix that knows two addresses and lets one of them wait."""
    issued = issue_for_postfix(pki, authority)
    changes = {
        "relay_recipient_maps": (
            "inline:{ {test@acme.example = ok} {grey@acme.example = ok} }"
        ),
        "smtpd_recipient_restrictions": (
            "check_recipient_access inline:{ {grey@acme.example = "
            "450 4.2.0 Greylisted, see you later} }, permit"
        ),
        "smtpd_tls_security_level": "may",
        "smtpd_tls_chain_files": str(issued.pem),
    }
    with postfix("acme.example", "discard:", **changes) as running:
        yield running


def issue_for_postfix(pki, authority) -> Issued:
    issued = issue(pki, issuer=authority, names=(HOST,), subject="postfix")
    text = issued.pem.read_text()
    start = text.index("-----BEGIN PRIVATE KEY")
    issued.pem.write_text(text[start:] + text[:start])  # the key first
    return issued


@pytest.mark.system
@pytest.mark.parametrize(
    ("recipient", "code"),
    [
        ("test@acme.example", "hop-good"),
        ("nobody@acme.example", "hop-no-recipient"),
        ("grey@acme.example", "hop-greylisted"),
        ("test@strange.example", "hop-relay-denied"),
    ],
)
def test_a_real_postfix_answers(mta, authority, recipient, code):
    hop = make_hop(mta.port, cafile=str(authority.pem), recipient=recipient)

    found, evidence = visit(hop)

    assert found.code == code
    assert mta.wait_empty(20)
    (shown,) = [item for item in evidence if item.check == "certificate"]
    assert (shown.status, shown.facts["version"]) == ("ok", "TLSv1.3")


@pytest.mark.system
@pytest.mark.django_db
def test_a_probe_of_a_real_postfix_leaves_nothing_in_its_queue(mta, probe_of):
    probe = probe_of("127.0.0.1", mta.port, next_hop_tls="required")

    assert probe.state == Probe.State.FINISHED
    # Its certificate is for a name, and we were given an address.
    assert judge(probe)[0].code == "hop-certificate-unknown"
    assert mta.wait_empty(20)
    assert " data=" not in mta.log
    assert "rset=1 quit=1" in mta.log
