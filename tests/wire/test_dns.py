"""The little DNS against a scripted server on loopback."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanmail.wire.dns import is_hostname, query, resolve, reverse_name
from cleanmail.wire.dnsmessage import decode_answer, encode_query
from cleanmail.wire.errors import DnsFailed, NameNotResolved

POINTER = b"\xc0\x0c"


def answer(question: bytes, *records: bytes, flags: int = 0x8180) -> bytes:
    head = question[:2] + struct.pack(">HHHHH", flags, 1, len(records), 0, 0)
    return head + question[12:] + b"".join(records)


def record(kind: int, value: bytes, ttl: int = 300) -> bytes:
    return POINTER + struct.pack(">HHIH", kind, 1, ttl, len(value)) + value


@contextmanager
def name_server(
    *turns: Callable[[bytes], list[bytes]], tcp: bytes = b""
) -> Iterator[int]:
    """Answer each UDP question with its turn's datagrams, and one question by TCP."""
    stream = socket.create_server(("127.0.0.1", 0))
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    # A port of TCP's own choice is free for UDP too, unless TCP is not asked for.
    udp.bind(("127.0.0.1", stream.getsockname()[1] if tcp else 0))
    port = udp.getsockname()[1]

    def serve() -> None:
        udp.settimeout(5)
        for turn in turns:
            question, client = udp.recvfrom(512)
            for datagram in turn(question):
                udp.sendto(datagram, client)
        if tcp:
            stream.settimeout(5)
            sock, _address = stream.accept()
            with sock:
                question = sock.recv(514)[2:]
                reply = answer(question, tcp)
                sock.sendall(struct.pack(">H", len(reply)) + reply)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield port
    finally:
        thread.join(6)
        udp.close()
        stream.close()


def test_asks_for_mail_exchangers():
    mx = struct.pack(">H", 10) + b"\x02mx" + POINTER
    with name_server(lambda q: [answer(q, record(15, mx))]) as port:
        found = query("acme.example", "MX", "127.0.0.1", port=port)

    assert [(r.preference, r.value) for r in found.records] == [(10, "mx.acme.example")]
    assert (found.rcode, found.transport) == (0, "udp")
    assert found.seconds >= 0


def test_tells_null_mx():
    with name_server(lambda q: [answer(q, record(15, b"\0\0\0"))]) as port:
        found = query("acme.example", "MX", "127.0.0.1", port=port)

    assert found.values("MX") == ["."]


def test_tells_that_a_name_is_missing():
    with name_server(lambda q: [answer(q, flags=0x8583)]) as port:
        found = query("acme.example", "A", "127.0.0.1", port=port)

    assert (found.rcode, found.records, found.is_authoritative) == (3, (), True)


def test_asks_again_by_tcp_when_the_answer_is_cut():
    address = record(28, b"\0" * 15 + b"\1")
    with name_server(lambda q: [answer(q, flags=0x8380)], tcp=address) as port:
        found = query("acme.example", "AAAA", "127.0.0.1", port=port)

    assert (found.values("AAAA"), found.transport) == (["::1"], "tcp")


def test_passes_over_an_answer_with_another_number():
    def turn(question: bytes) -> list[bytes]:
        forged = bytes([question[0] ^ 1, question[1]]) + question[2:]
        return [
            answer(forged, record(1, b"\6\6\6\6")),
            answer(question, record(1, b"\1\2\3\4")),
        ]

    with name_server(turn) as port:
        found = query("acme.example", "A", "127.0.0.1", port=port)

    assert found.values("A") == ["1.2.3.4"]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (lambda q: [answer(q[:12]
                           + b"\4evil\7example\0\0\1\0\1", record(1, b"\1\2\3\4"))],
         "malformed"),
        (lambda q: [answer(q, record(1, b"\1\2\3\4"))[:-2]], "malformed"),
        (lambda q: [q[:2] + b"x"], "malformed"),
        (lambda q: [answer(q, b"\xc0\x0c" * 3)], "malformed"),
        (lambda _: [], "timeout"),
    ],
)  # fmt: skip
def test_names_what_is_wrong_with_an_answer(reply, reason):
    with name_server(reply) as port, pytest.raises(DnsFailed) as failure:
        query("acme.example", "A", "127.0.0.1", port=port, timeout=0.5)

    assert failure.value.reason == reason


@given(st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_a_value_error(tail):
    number, question = encode_query("acme.example", "MX")
    raw = question[:2] + b"\x81\x80" + tail

    with suppress(ValueError):
        decode_answer(raw, number, question)


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("mx.acme.example", True),
        ("mx.acme.example.", True),
        ("localhost", True),
        ("xn--zrich-kva.ch", True),
        ("a_b.example", True),
        ("", False),
        (".", False),
        ("a..b", False),
        ("-a.ch", False),
        ("a-.ch", False),
        ("zürich.ch", False),
        ("1.2.3.4", False),
        ("1.2.3", False),
        ("a" * 64 + ".ch", False),
        (".".join(["a" * 60] * 5), False),
        ("a\n.ch", False),
        ("a.ch\n", False),
    ],
)
def test_knows_a_host_name(name, is_one):
    assert is_hostname(name) is is_one


def test_resolves_with_the_system():
    assert "127.0.0.1" in resolve("localhost")
    assert resolve("192.0.2.7") == ("192.0.2.7",)


def test_tells_a_name_that_is_none():
    with pytest.raises(NameNotResolved) as failure:
        resolve("no host")

    assert failure.value.reason == "syntax"


def test_ends_when_the_system_does_not(monkeypatch):
    done = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: done.wait(5) and [])

    with pytest.raises(NameNotResolved) as failure:
        resolve("slow.example", timeout=0.1)
    done.set()

    assert failure.value.reason == "timeout"


def test_reverses_addresses():
    assert reverse_name("192.0.2.1") == "1.2.0.192.in-addr.arpa"
    assert reverse_name("2001:db8::1").endswith("8.b.d.0.1.0.0.2.ip6.arpa")
