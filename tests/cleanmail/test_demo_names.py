"""The demo's DNS: what it knows, what it denies, what it says nothing about."""

from __future__ import annotations

import dns.message
import dns.rcode
import pytest

from cleanmail.demo.names import RECORDS, answer, read_records, write_records


def ask(name: str, kind: str):
    return answer(dns.message.make_query(name, kind), read_records(RECORDS))


def test_knows_the_demos_domains():
    reply = ask("Muster.Example", "MX")

    assert "10 mx1.cleanmail.example." in str(reply.answer[0])
    assert reply.rcode() == dns.rcode.NOERROR


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("neu.example", "NS", dns.rcode.NXDOMAIN),
        ("_cleanmail.muster.example", "TXT", dns.rcode.NXDOMAIN),
        # Something lies below it.
        ("cleanmail.example", "A", dns.rcode.NOERROR),
        ("muster.example", "AAAA", dns.rcode.NOERROR),
        ("muster.ch", "MX", dns.rcode.SERVFAIL),
    ],
)
def test_denies_what_it_does_not_have(name, kind, code):
    reply = ask(name, kind)

    assert reply.rcode() == code
    assert not reply.answer


def test_keeps_what_people_have_changed(tmp_path):
    path = tmp_path / "demo" / "records.zone"
    write_records(path)
    path.write_text("example. SOA ns.example. root.example. 1 1 1 1 1\n")

    write_records(path)

    assert "muster" not in path.read_text()
