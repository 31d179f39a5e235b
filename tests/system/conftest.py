"""The whole product on real parts: PostgreSQL, Redis, Chromium."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from playwright.sync_api import Browser

from tests.conftest import FIGURE
from tests.services import corpus
from tests.services.browser import chromium, find_chromium
from tests.services.demo import Demo, demo
from tests.services.redis import RedisServer, redis_server
from tests.system.outbound import made, make_scanner, scanner  # noqa: F401 fixtures

# Playwright keeps an event loop in the thread that the tests run in; our code there is
# as synchronous as ever.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

NORA, PAUL = "nora@muster.example", "paul@muster.example"
STEFAN = "stefan@cleanmail.example"  # support
WHOLE = pytest.param(corpus.WHOLE, marks=[pytest.mark.full, pytest.mark.timeout(2400)])


@contextmanager
def own_database() -> Iterator[str]:
    """Make a database beside the tests' own one and yield its URL; drop it after."""
    url = os.environ["DATABASE_URL"]
    folder = Path(urlsplit(url).path).parent
    name = f"system_{uuid.uuid4().hex}"
    with psycopg.connect(host=folder, dbname="postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield f"postgres:///{folder}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    """Start a private Redis, once; whoever stops it starts it again."""
    with redis_server() as server:
        yield server


@pytest.fixture(scope="session")
def stack(redis: RedisServer) -> Iterator[Demo]:
    """Start the demo on PostgreSQL and Redis, once: a start costs as much as 500 tests.

    Its people and mails are there for all tests: whoever enrols is of one test only.
    It goes by a name, which passkeys want.
    """
    with (
        own_database() as database_url,
        demo(
            database_url=database_url, redis_url=redis.url, host="localhost"
        ) as running,
    ):
        running.add_people(NORA, PAUL, STEFAN)
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium once; skip by name where it is not installed."""
    if find_chromium() is None:
        pytest.skip("Chromium is not installed")
    with chromium() as running:
        yield running


@pytest.fixture
def say(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Return a function that notes a figure, told below the tests' results."""

    def note(text: str) -> None:
        record_property(FIGURE, text)

    return note


@pytest.fixture
def any_port(settings) -> None:
    """Let next hops be on any port: those of the tests are."""
    settings.ALLOWED_PORTS = list(range(1024, 65536))


@pytest.fixture(params=[corpus.SAMPLE, WHOLE])
def chosen(request, corpora: Path) -> list[corpus.Specimen]:
    """Return the corpus's sample, and in the full run the whole."""
    return corpus.specimens(corpora, request.param)
