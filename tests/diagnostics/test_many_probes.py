"""Many probes at once on one worker, which is killed with its broker: none is lost."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Customer
from diagnostics.models import Evidence, Probe
from tests import factories
from tests.conftest import FIGURE
from tests.diagnostics.scanner import Scanner
from tests.diagnostics.test_broker import ROOT, environment
from tests.services.redis import redis_server

AT_ONCE = 4
CUSTOMERS = 20
START = """
import sys; import django; django.setup()
from accounts.models import User
from accounts.models.people import make_actor
from diagnostics.actions.probes import Question, start_probe
admins = [make_actor(user.memberships.get()) for user in
          User.objects.filter(email__startswith="many").order_by("email")]
for number in range(int(sys.argv[1])):
    start_probe(admins[number % len(admins)], Question("localhost", None, "", ""))
"""


def limits(redis_url: str) -> dict[str, str]:
    return environment(redis_url) | {
        "PROBES_AT_ONCE_PER_TARGET": str(AT_ONCE),
        "PROBES_PER_MINUTE_PER_TARGET": "6000",
        "PROBES_PER_HOUR": "1000",
    }


class Worker:
    """A real worker of eight processes with its schedule, that can be killed."""

    def __init__(self, redis_url: str, folder: str) -> None:
        self.redis_url, self.folder = redis_url, folder
        self.start()

    def start(self) -> None:
        command = [
            *(sys.executable, "-m", "celery", "-A", "cleanmail.celery", "worker"),
            *("-B", "-s", f"{self.folder}/beat", "-c", "8", "-l", "error"),
        ]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=limits(self.redis_url), start_new_session=True
        )

    def kill(self) -> None:
        """End it and all its processes in the middle of whatever they do."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


@contextmanager
def running_worker(redis_url: str) -> Iterator[Worker]:
    with tempfile.TemporaryDirectory() as folder:
        worker = Worker(redis_url, folder)
        try:
            yield worker
        finally:
            worker.kill()


def make_customers() -> list[Customer]:
    made = []
    for number in range(CUSTOMERS):
        domain = f"many{number:02}.example"
        customer = factories.make_customer(f"Many {number}", domain=domain)
        factories.make_person(f"many{number:02}@{domain}", customer, role="admin")
        made.append(customer)
    return made


def page_seconds(client: Client) -> float:
    since = time.monotonic()
    assert client.get("/diagnostics/").status_code == 200
    return time.monotonic() - since


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


class Watch:
    """Waits for probes to end, and reads the list of them meanwhile."""

    def __init__(self, client: Client, *, seconds: float) -> None:
        self.client = client
        self.pages: list[float] = []
        self.ends_at = time.monotonic() + seconds

    def until_ended(self, count: int) -> None:
        while Probe.objects.exclude(state__in=Probe.UNFINISHED).count() < count:
            assert time.monotonic() < self.ends_at, states()
            self.pages.append(page_seconds(self.client))
            time.sleep(0.1)


def states() -> dict[str, int]:
    found = list(Probe.objects.values_list("state", flat=True))
    return {state: found.count(state) for state in set(found)}


def lose_everything(worker: Worker, redis) -> None:
    """Kill the worker and empty the broker; let half a minute pass for the sweep."""
    worker.kill()
    redis.stop()
    redis.start()
    then = timezone.now() - timedelta(minutes=1)
    Probe.objects.filter(state="queued").update(sent_at=then)
    Probe.objects.filter(state="running").update(lease_until=then)
    worker.start()


def most_at_once() -> int:
    """Return how many ran at the same time at most, by their own times."""
    moves = []
    ran = Probe.objects.filter(target="localhost")
    for started_at, finished_at in ran.values_list("started_at", "finished_at"):
        moves += [(started_at, 1), (finished_at, -1)]
    most = running = 0
    for _at, step in sorted(moves):
        running += step
        most = max(most, running)
    return most


@pytest.fixture
def scanner(good_certificate, authority) -> Iterator[Scanner]:
    with Scanner(good_certificate) as running:
        running.ca_file = str(authority.pem)
        yield running


@pytest.mark.system
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("count", [20, pytest.param(500, marks=pytest.mark.full)])
@pytest.mark.django_db(transaction=True)
def test_all_finish_whatever_is_killed(  # a real worker starts twice: some seconds
    people, client_for, scanner, count, record_property
):
    make_customers()
    client = client_for(people.alice)
    for _ in range(60):
        factories.make_probe(people.acme, state="finished")
    asked = Probe.objects.count()
    page_seconds(client)
    before = [page_seconds(client) for _ in range(40)]

    factories.make_scanner(
        "localhost", ports=[scanner.port], ca_file=scanner.ca_file, is_default=True
    )
    with redis_server() as redis:
        start = [sys.executable, "-c", START, str(count)]
        subprocess.run(start, env=limits(redis.url), check=True, timeout=120)
        since = time.monotonic()
        with running_worker(redis.url) as worker:
            watch = Watch(client, seconds=60 + 2 * count)
            watch.until_ended(asked + count // 4)
            lose_everything(worker, redis)
            watch.until_ended(asked + count)
        took = time.monotonic() - since

    ran = Probe.objects.filter(target="localhost")
    assert ran.count() == count
    assert {(one.state, one.first_cause) for one in ran} == {("finished", "")}
    assert most_at_once() <= AT_ONCE
    nonces = " ".join(scanner.commands)
    assert all(one.nonce in nonces for one in ran)
    for probe in ran[:20]:
        found = Evidence.objects.filter(probe=probe).values_list("ordinal", flat=True)
        assert list(found) == list(range(1, len(found) + 1))
    record_property(
        FIGURE,
        f"{count} probes, {AT_ONCE} at once, worker and broker killed: {took:.0f} s, "
        f"run again {ran.filter(runs__gt=1).count()}; list page p95 "
        f"{p95(before) * 1000:.0f} ms before, {p95(watch.pages) * 1000:.0f} ms during",
    )
