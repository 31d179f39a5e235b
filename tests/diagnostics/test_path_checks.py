"""The path, the portal and the clock: against real sockets on loopback."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from diagnostics.checks import trace as tracing
from diagnostics.checks.evidence import FAILED, OK, SKIPPED, Endpoint, Evidence, Target
from diagnostics.checks.hop_lines import hops_in
from diagnostics.checks.portal import check_clock, check_portal, place_of
from diagnostics.checks.trace_tcp import REFUSED, hops_to_try, trace_tcp

OUTPUTS = Path(__file__).parent / "outputs"
ENDS = [(1, "192.168.10.1"), (2, ""), (3, "203.0.113.25")]
YEAR_2001 = 978307200.0


class Page(BaseHTTPRequestHandler):
    asked: list[str] = []

    def do_HEAD(self) -> None:
        self.asked.append(self.path)
        self.send_response_only(503)
        self.send_header("Date", "Mon, 01 Jan 2001 00:00:00 GMT")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def page(new_certificate) -> Iterator[str]:
    """Serve an old date with a certificate that nobody believes."""
    server = HTTPServer(("127.0.0.1", 0), Page)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(new_certificate().pem)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}/agent/geheim/report"
    server.shutdown()
    server.server_close()


def asked(**fields) -> dict[str, Evidence]:
    seen: dict[str, Evidence] = {}
    target = Target(host="out.example", nonce="n", **fields)
    check_portal(target, lambda item: seen.update({item.check: item}))
    return seen


def test_reads_the_clock_even_where_no_certificate_is_believed(page):
    seen = asked(portal_url=page)

    assert seen["portal"].status == OK
    assert seen["portal"].facts["code"] == 503
    assert seen["clock"].status == FAILED
    assert seen["clock"].facts["offset_seconds"] > 86400


def test_says_nothing_of_a_token_in_the_url(page):
    Page.asked.clear()
    seen = asked(portal_url=page)

    assert Page.asked == ["/healthz"]
    assert "geheim" not in repr(seen)


def test_knows_another_address_when_the_name_is_dead(page):
    url = page.replace("127.0.0.1", "portal.invalid")

    assert asked(portal_url=url)["portal"].facts["error"] == "unresolved"
    found = asked(portal_url=url, portal_addresses=("127.0.0.1",))
    assert found["portal"].status == OK


def test_a_portal_that_is_not_there():
    closed = socket.create_server(("127.0.0.1", 0))
    port = closed.getsockname()[1]
    closed.close()

    seen = asked(portal_url=f"https://127.0.0.1:{port}/", portal_time=YEAR_2001)

    assert seen["portal"].facts["error"] == "ECONNREFUSED"
    assert seen["clock"].facts["is_wrong"]


def test_without_a_portal_only_the_clock_is_skipped():
    seen = asked()

    assert list(seen) == ["clock"]
    assert seen["clock"].status == SKIPPED


@pytest.mark.parametrize("url", ["", "ftp://x/", "https://", "https://x:port/"])
def test_refuses_urls_that_lead_nowhere(url):
    assert place_of(url) is None


def test_five_minutes_are_the_limit_for_a_clock():
    assert check_clock(1000.0, 1299.0).status == OK
    assert check_clock(1000.0, 699.0).status == FAILED


@pytest.mark.parametrize("name", ["windows_tracert", "macos_traceroute"])
def test_reads_what_other_systems_print(name):
    found = hops_in((OUTPUTS / f"{name}.txt").read_text())

    assert [hop[:2] for hop in found] == ENDS
    assert 0.01 < found[2][2] < 0.03


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_the_way_to_this_machine_is_one_hop(address):
    seen = tracing.trace(address)

    assert seen.status == OK
    assert [hop["address"] for hop in seen.facts["hops"]] == [address]


def test_asks_the_systems_program_elsewhere(monkeypatch):
    monkeypatch.setattr(tracing.sys, "platform", "darwin")
    text = (OUTPUTS / "macos_traceroute.txt").read_text()
    monkeypatch.setattr(tracing, "output_of", lambda *_words, **_limits: text)

    seen = tracing.trace("203.0.113.25")

    assert seen.facts["by"] == "program"
    assert seen.facts["reach"] == 3
    assert seen.facts["is_reached"]


def test_a_refusal_at_the_first_hop():
    closed = socket.create_server(("127.0.0.1", 0))
    port = closed.getsockname()[1]
    closed.close()

    seen = trace_tcp(Endpoint("localhost", "127.0.0.1", port), 2)

    assert seen.facts["answers"] == {"1": REFUSED, "2": REFUSED}
    assert (seen.facts["refused_at"], seen.facts["reach"]) == (1, 0)


def test_a_silent_port_is_never_reached_by_the_hops():
    arrived = {"reach": 7, "is_reached": True}

    assert hops_to_try(arrived, is_silent=True) == 6
    assert hops_to_try(arrived, is_silent=False) == 7
    assert hops_to_try({"reach": 2}, is_silent=True) == 4
