"""A release is encrypted as the domain's policy says, against real TLS servers."""

from __future__ import annotations

import datetime as dt
import ssl
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import Domain
from accounts.models.customers import NextHopTls
from quarantine.states import State
from tests.diagnostics.scanner import DAY, NOW, Issued, issue
from tests.factories import make_hold
from tests.quarantine.test_reinjection import run
from tests.smtp_server import Script, SmtpServer

pytestmark = pytest.mark.django_db

HOST = "localhost"  # a name that leads to the servers of the tests
LONG_AGO = NOW - dt.timedelta(days=400)
CLEAR, TLS = "in clear", "encrypted"
# What the server is like, and what comes of it under each policy.
OUTCOMES: dict[str, tuple[str, str, str]] = {
    "good": (TLS, TLS, TLS),
    "self-signed": (TLS, TLS, "certificate:unknown"),
    "wrong name": (TLS, TLS, "certificate:name"),
    "expired": (TLS, TLS, "certificate:expired"),
    "stripped": (CLEAR, "starttls", "starttls"),
    "refused": (CLEAR, "starttls", "starttls"),
    "broken handshake": (CLEAR, "tls", "tls"),
    "cut at STARTTLS": (CLEAR, "starttls", "starttls"),
    "bytes before the handshake": (CLEAR, "tls", "tls"),
    "no common cipher": (CLEAR, "tls", "tls"),
}
CASES = [
    (server, policy, came)
    for server, row in OUTCOMES.items()
    for policy, came in zip(NextHopTls, row, strict=True)
]


@pytest.fixture(autouse=True)
def reachable(settings):
    settings.ALLOWED_PORTS = list(range(1024, 65536))
    settings.ALLOWED_NETWORKS = ["127.0.0.0/8", "::1/128"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def authority(folder: Path) -> Issued:
    return issue(folder, subject="Release Root CA", is_ca=True, names=("ca.invalid",))


@pytest.fixture
def believed(settings, authority):
    settings.RELEASE_CA_FILE = str(authority.pem)


@pytest.fixture(scope="module")
def scripts(folder: Path, authority: Issued) -> dict[str, Script]:
    good = issue(folder, issuer=authority)
    others = {
        "self-signed": issue(folder, subject="self"),
        "wrong name": issue(folder, issuer=authority, names=("other.example",)),
        "expired": issue(folder, issuer=authority, starts=LONG_AGO, ends=NOW - DAY),
    }
    made = {name: Script(tls=context_of(issued)) for name, issued in others.items()}
    odd = context_of(good)
    odd.maximum_version = odd.minimum_version = ssl.TLSVersion.TLSv1_2
    odd.set_ciphers("AES128-SHA")
    tls = context_of(good)
    return made | {
        "good": Script(tls=tls),
        "stripped": Script(),
        "refused": Script(tls=tls, replies={"STARTTLS": "454 4.7.0 not now"}),
        "broken handshake": Script(keywords=("STARTTLS",)),
        "cut at STARTTLS": Script(tls=tls, cuts=("STARTTLS",)),
        "bytes before the handshake": Script(
            tls=tls, replies={"STARTTLS": "220 go\n250 injected"}
        ),
        "no common cipher": Script(tls=odd),
    }


def context_of(issued: Issued) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.pem)
    return context


@pytest.mark.parametrize(("server", "policy", "came"), CASES)
@pytest.mark.usefixtures("believed")
def test_policy_decides_what_goes_in_clear(people, scripts, server, policy, came):
    with SmtpServer(scripts[server]) as next_hop:
        Domain.objects.filter(name="acme.example").update(
            next_hop_host=HOST, next_hop_port=next_hop.port, next_hop_tls=policy
        )
        hold = make_hold(people.acme, state=State.RELEASING, decided_at=timezone.now())
        attempt = run(hold)

    sent = [TLS if each.is_encrypted else CLEAR for each in next_hop.transactions]
    if came in {TLS, CLEAR}:
        assert (hold.state, sent) == (State.RELEASED, [came])
        assert bool(attempt.tls_version) == (came == TLS)
        return
    assert (hold.state, attempt.failed_stage, sent) == (State.RELEASING, came, [])
    said = [line for line in next_hop.commands if line.startswith(("MAIL", "RCPT"))]
    assert said == []


def test_without_an_authority_of_its_own_the_systems_are_believed(people, scripts):
    with SmtpServer(scripts["good"]) as next_hop:
        Domain.objects.filter(name="acme.example").update(
            next_hop_host=HOST, next_hop_port=next_hop.port, next_hop_tls="verified"
        )
        hold = make_hold(people.acme, state=State.RELEASING, decided_at=timezone.now())
        attempt = run(hold)

    assert (hold.state, attempt.failed_stage) == (
        State.RELEASING,
        "certificate:unknown",
    )
