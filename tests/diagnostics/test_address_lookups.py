"""What the portal looks up of the address that the agent came from."""

from __future__ import annotations

import socket
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from diagnostics.actions import agents as actions
from diagnostics.address_lookups import look_up, look_up_run
from diagnostics.agent_reports import Report
from diagnostics.models import AgentRun
from diagnostics.wording import label, outcome
from tests import factories

RECORDS = {
    ("7.100.51.93.in-addr.arpa.", "PTR"): "mail.acme.example.",
    ("mail.acme.example.", "A"): "93.51.100.7",
    ("8.100.51.93.in-addr.arpa.", "PTR"): "dyn-8.provider.example.",
    ("dyn-8.provider.example.", "A"): "93.51.100.99",
    ("7.100.51.93.list.example.", "A"): "127.0.0.2",
    ("7.100.51.93.refuses.example.", "A"): "127.255.255.254",
}


@pytest.fixture
def resolver(settings):
    """Answer from RECORDS, on loopback."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    thread = threading.Thread(target=_serve, args=(server,), daemon=True)
    thread.start()
    settings.DNS_RESOLVERS = ["127.0.0.1"]
    settings.DNS_PORT = server.getsockname()[1]
    settings.DNSBL_ZONES = ["list.example", "refuses.example"]
    yield
    server.sendto(b"", server.getsockname())
    thread.join(5)
    server.close()


def _serve(server: socket.socket) -> None:
    while True:
        raw, caller = server.recvfrom(4096)
        if not raw:
            return
        asked = dns.message.from_wire(raw)
        answer = dns.message.make_response(asked)
        answer.flags |= dns.flags.RA
        question = asked.question[0]
        kind = question.rdtype.name
        value = RECORDS.get((question.name.to_text().lower(), kind))
        if value is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            answer.answer.append(
                dns.rrset.from_text(question.name, 60, "IN", kind, value)
            )
        server.sendto(answer.to_wire(), caller)


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        (
            "93.51.100.7",
            "warning",
            "heisst mail.acme.example; steht auf der Sperrliste list.example",
        ),
        ("93.51.100.8", "warning", "aber der Name führt nicht zurück"),
        ("93.51.100.9", "warning", "hat keinen Namen (PTR)"),
        ("2a00:1450::9", "warning", "hat keinen Namen (PTR)"),
        ("192.168.1.5", "skipped", "keine Adresse des Internets"),
    ],
)
def test_says_name_and_lists(resolver, address, status, words):
    found = look_up(address)

    assert found.status == status
    assert words in outcome(found)
    assert address in label(found)


def test_silent_resolver_says_nothing_of_the_address(settings):
    settings.DNS_RESOLVERS, settings.DNS_PORT = ["127.0.0.1"], 1

    found = look_up("93.51.100.7")

    assert found.status == "ok"
    assert outcome(found) == "Name nicht zu erfahren"


@pytest.mark.db
@pytest.mark.django_db
def test_is_kept_once_beside_what_our_own_probe_saw(people, resolver):
    probe = factories.make_probe(people.acme)
    token = actions.make_line(probe)
    actions.take_report(token, Report("ab" * 8, {}, is_final=False), "93.51.100.9")
    run = AgentRun.objects.get()

    look_up_run(run.customer_id, run.pk)
    look_up_run(run.customer_id, run.pk)

    (kept,) = probe.evidence.all()
    assert (kept.vantage, kept.check_name) == ("server", "public_address")


@pytest.mark.db
@pytest.mark.django_db
def test_worker_is_woken_once_a_run(people, monkeypatch):
    woken = []
    monkeypatch.setattr(actions, "enqueue", lambda task, *_: woken.append(task.name))
    token = actions.make_line(factories.make_probe(people.acme))

    for run in ("ab" * 8, "ab" * 8, "cd" * 8):
        actions.take_report(token, Report(run, {}, is_final=False), "93.51.100.9")

    assert woken == ["diagnostics.look_up_run"] * 2
