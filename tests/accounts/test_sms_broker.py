"""A code asked for while the broker is away is sent once the broker is back."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from accounts.models import SmsMessage
from tests.diagnostics.test_broker import ROOT, environment, worker
from tests.services.redis import redis_server
from tests.services.sms_gateway import sms_gateway

ASK = """
import django; django.setup()
from accounts.actions.codes import send_code
from accounts.models import User
bob = User.objects.get(email="bob@acme.example")
print(send_code(bob, "+41791234567", "login", network="n").is_waiting)
"""


@pytest.mark.system
@pytest.mark.django_db(transaction=True)
def test_a_dead_broker_is_no_error_and_the_sweep_sends(people, monkeypatch):
    with sms_gateway() as gateway:
        monkeypatch.setenv("SMS_GATEWAYS", "own")
        monkeypatch.setenv("SMS_OWN_URL", gateway.url)
        with redis_server() as redis:
            url = redis.url
        asked = subprocess.run(
            [sys.executable, "-c", ASK],
            cwd=ROOT, env=environment(url), check=True, capture_output=True, text=True,
        )  # fmt: skip
        before = SmsMessage.objects.get()
        unsent = list(gateway.bodies)
        with redis_server() as redis, worker(redis.url):
            deadline = time.monotonic() + 120
            while not gateway.bodies and time.monotonic() < deadline:
                time.sleep(0.2)

        assert asked.stdout.split() == ["True"]
        assert (before.state, unsent) == (SmsMessage.State.QUEUED, [])
        assert gateway.last_code
