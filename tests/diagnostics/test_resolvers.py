"""Name servers that say nothing: asked again, and looked for."""

from __future__ import annotations

import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from cleanmail.wire import dns
from cleanmail.wire.errors import DnsFailed
from diagnostics.checks import names, ping, resolvers
from diagnostics.checks.evidence import FAILED, OK, WARNING, Evidence


@contextmanager
def forgetful_server(answers_from: int) -> Iterator[tuple[int, list[float]]]:
    """Answer with an empty reply from the given question on; note when each came."""
    asked: list[float] = []
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    sock.settimeout(0.05)
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            try:
                question, peer = sock.recvfrom(512)
            except TimeoutError:
                continue
            asked.append(time.monotonic())
            if len(asked) >= answers_from:
                head = question[:2] + struct.pack("!HHHHH", 0x8180, 1, 0, 0, 0)
                sock.sendto(head + question[12:], peer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield sock.getsockname()[1], asked
    finally:
        stop.set()
        thread.join()
        sock.close()


def test_asks_again_when_a_packet_is_lost(monkeypatch):
    monkeypatch.setattr(names, "AGAIN_SECONDS", 0.1)
    with forgetful_server(answers_from=2) as (port, asked):
        monkeypatch.setattr(dns, "query", partial(dns.query, port=port))
        seen = names.ask_server("out.example", "A", "127.0.0.1")

    assert seen.status == OK
    assert seen.facts["tries"] == 2
    assert len(asked) == 2


def test_gives_up_on_a_server_that_never_answers(monkeypatch):
    monkeypatch.setattr(names, "AGAIN_SECONDS", 0.1)
    monkeypatch.setattr(names, "SERVER_SECONDS", 0.35)
    with forgetful_server(answers_from=99) as (port, asked):
        monkeypatch.setattr(dns, "query", partial(dns.query, port=port))
        seen = names.ask_server("out.example", "A", "127.0.0.1")

    assert seen.status == FAILED
    assert seen.facts["error"] == "timeout"
    assert 3 <= len(asked) <= 4


def test_an_error_ends_it_at_once(monkeypatch):
    def fail(*_question: str, timeout: float) -> dns.Answer:
        raise DnsFailed("network", "Connection refused")

    monkeypatch.setattr(dns, "query", fail)
    seen = names.ask_server("out.example", "A", "192.0.2.53")

    assert seen.facts["error"] == "network"
    assert "tries" not in seen.facts


def test_looks_for_a_server_that_answers_nothing(monkeypatch):
    def ask(host: str, kind: str, server: str) -> Evidence:
        facts = {"addresses": [], "error": "timeout", "type": kind}
        return Evidence("names", host, FAILED, 0.0, facts, [])

    monkeypatch.setattr(names, "ask_server", ask)
    seen: list[Evidence] = []
    names.check_servers("out.example", ["127.0.0.1"], seen.append)

    assert [item.check for item in seen] == ["names", "names", "resolver"]
    assert seen[-1].facts["is_there"] is True


def test_a_refusal_is_a_sign_of_life():
    seen = resolvers.check_presence("127.0.0.1")

    assert seen.status == OK
    assert {"tcp", "udp"} <= set(seen.facts["by"])


def test_silence_is_no_proof(monkeypatch):
    monkeypatch.setattr(resolvers, "WAIT_SECONDS", 0.1)
    monkeypatch.setattr(resolvers, "_by_tcp", lambda _server: "timeout")
    monkeypatch.setattr(resolvers, "_by_udp", lambda _server: "timeout")
    monkeypatch.setattr(resolvers, "ping", lambda _server, _seconds: "not-allowed")

    seen = resolvers.check_presence("192.0.2.53")

    assert (seen.status, seen.facts["is_there"]) == (WARNING, None)


def test_a_router_that_knows_no_such_host_is_proof(monkeypatch):
    monkeypatch.setattr(resolvers, "_by_tcp", lambda _server: "EHOSTUNREACH")
    monkeypatch.setattr(resolvers, "_by_udp", lambda _server: "timeout")
    monkeypatch.setattr(resolvers, "ping", lambda _server, _seconds: "not-allowed")

    seen = resolvers.check_presence("192.0.2.53")

    assert (seen.status, seen.facts["is_there"]) == (FAILED, False)


@pytest.mark.skipif(os.geteuid() != 0, reason="raw sockets need root")
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_pings_itself(address):
    assert ping.ping(address, 1.0) == ""


def test_checksum_of_rfc_1071():
    assert ping.checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0x220D
