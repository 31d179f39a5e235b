"""How soon the page shows what a probe finds, as figures; nothing here is timed."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from diagnostics import runner
from diagnostics.models import Evidence, Probe
from tests import factories
from tests.conftest import FIGURE
from tests.diagnostics.scanner import Scanner

pytestmark = [pytest.mark.django_db(transaction=True)]
DEADLINE = 60


@contextmanager
def dropping_port() -> Iterator[int]:
    """Listen and take nobody: once the queue is full the kernel drops what comes."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        yield port
        for filler in fillers:
            filler.close()


class Page:
    """A browser that polls as the page says, and notes when what was there first."""

    def __init__(self, client, probe: Probe) -> None:
        self.client, self.url = client, f"/diagnostics/{probe.pk}/progress"
        self.text = ""
        self.is_final = False

    def poll(self) -> bool:
        """Ask once; say whether something was new."""
        query = re.search(r"\?seen=[^\"]*", self.text)
        response = self.client.get(self.url + (query[0] if query else ""))
        if response.status_code == 204:
            return False
        self.text = response.content.decode()
        self.is_final = "Nochmals prüfen" in self.text
        return True

    @property
    def every(self) -> float:
        """How long the page waits before it asks again."""
        said = re.search(r'hx-trigger="every (\d+)(ms|s)"', self.text)
        assert said is not None, self.text[:300]
        return int(said[1]) / (1000 if said[2] == "ms" else 1)


def watch(client, probe: Probe) -> tuple[float, float]:
    """Run the probe and poll; return its seconds, and from first failure to page."""

    def work() -> None:
        try:
            runner.run_probe(probe.customer_id, probe.pk)
        finally:
            connection.close()

    page = Page(client, probe)
    page.poll()
    worker = threading.Thread(target=work)
    worker.start()
    shown_at = None
    ends_at = time.monotonic() + DEADLINE
    while not page.is_final:
        assert time.monotonic() < ends_at
        time.sleep(page.every)
        if page.poll() and shown_at is None and "station is-fail" in page.text:
            shown_at = time.time()
    worker.join(10)
    probe.refresh_from_db()
    failed = Evidence.objects.filter(probe=probe, status="failed")
    asked = failed.filter(facts__port=probe.configured_port)
    first = asked.order_by("created_at").first()
    delay = shown_at - first.created_at.timestamp() if shown_at and first else -1.0
    return (probe.finished_at - probe.started_at).total_seconds(), delay


def make_probe(people, port: int, authority) -> Probe:
    row = factories.make_scanner("localhost", ports=[port], ca_file=str(authority.pem))
    return factories.make_probe(
        people.acme, scanner=row, configured_host="localhost", configured_port=port
    )


def test_a_healthy_run(
    people, client_for, good_certificate, authority, record_property
):
    with Scanner(good_certificate) as scanner:
        probe = make_probe(people, scanner.port, authority)
        took, _delay = watch(client_for(people.alice), probe)

    assert (probe.state, probe.first_cause) == ("finished", "")
    record_property(FIGURE, f"healthy run {took:.2f} s (loopback)")


def test_a_failing_station_comes_to_the_page(
    people, client_for, good_certificate, authority, record_property
):
    with Scanner(good_certificate, greeting=b"554 5.7.1 go away\r\n") as scanner:
        probe = make_probe(people, scanner.port, authority)
        took, delay = watch(client_for(people.alice), probe)

    assert probe.first_cause
    assert delay >= 0
    record_property(
        FIGURE,
        f"refused at the greeting: {took:.2f} s, on the page after {delay:.2f} s",
    )


def test_a_dropped_run(people, client_for, authority, record_property):
    with dropping_port() as port:
        probe = make_probe(people, port, authority)
        took, delay = watch(client_for(people.alice), probe)

    assert probe.first_cause
    assert delay >= 0
    record_property(
        FIGURE,
        f"dropped run {took:.2f} s, first failure on the page {delay:.2f} s later",
    )
