"""A probe started while the broker is away runs once the broker is back."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from diagnostics.models import Evidence, Probe
from tests import factories
from tests.diagnostics.scanner import Scanner
from tests.services.redis import redis_server

ROOT = Path(__file__).parents[2]
START = """
import django; django.setup()
from accounts.models import User
from accounts.models.people import make_actor
from diagnostics.actions.probes import Question, start_probe
actor = make_actor(User.objects.get(email="alice@acme.example").memberships.get())
start_probe(actor, Question("localhost", None, "", ""))
"""


def environment(redis_url: str) -> dict[str, str]:
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    return os.environ | {
        "DATABASE_URL": f"{server}/{connection.settings_dict['NAME']}",
        "REDIS_URL": redis_url,
        "DJANGO_SETTINGS_MODULE": "cleanmail.settings",
    }


@contextmanager
def worker(redis_url: str):
    """Run a real worker with its schedule."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(sys.executable, "-m", "celery", "-A", "cleanmail.celery", "worker"),
            *("-B", "-s", f"{folder}/beat", "-c", "1", "-l", "warning"),
        ]
        process = subprocess.Popen(command, cwd=ROOT, env=environment(redis_url))
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


@pytest.mark.system
@pytest.mark.django_db(transaction=True)
def test_runs_when_the_broker_is_back(people, good_certificate, authority):
    with redis_server() as redis, Scanner(good_certificate) as scanner:
        factories.make_scanner(
            "localhost", ports=[scanner.port], ca_file=str(authority.pem)
        )
        redis.stop()
        since = time.monotonic()
        subprocess.run(
            [sys.executable, "-c", START], env=environment(redis.url), check=True
        )
        assert time.monotonic() - since < 15
        assert Probe.objects.get().state == Probe.State.QUEUED
        earlier = timezone.now() - timedelta(minutes=1)
        Probe.objects.update(created_at=earlier, sent_at=earlier)

        redis.start()
        with worker(redis.url):
            until = time.monotonic() + 60
            while Probe.objects.get().state != Probe.State.FINISHED:
                assert time.monotonic() < until
                time.sleep(0.2)

    assert Evidence.objects.filter(check_name="certificate", status="ok").exists()
    assert scanner.count("STARTTLS") == 1
