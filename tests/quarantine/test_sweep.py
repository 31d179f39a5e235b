"""The sweep sends what the broker lost, and no second time what waits there already."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from quarantine.states import State
from tests import factories
from tests.services.intake import environment
from tests.services.redis import redis_server

SWEEP_THRICE = """
import django; django.setup()
from accounts.enqueue import count_waiting
from quarantine import reinjection, tasks
reinjection.SWEEP_MAX = 4
for _ in range(3):
    tasks.sweep()
    print(count_waiting())
"""


@pytest.mark.system
@pytest.mark.django_db(transaction=True)
def test_what_waits_with_the_broker_is_not_sent_again_and_again(people):
    for _ in range(6):
        factories.make_hold(people.acme, state=State.RELEASING)

    with redis_server() as redis:
        done = subprocess.run(
            [sys.executable, "-c", SWEEP_THRICE],
            env=environment(
                REDIS_URL=redis.url, DJANGO_SETTINGS_MODULE="cleanmail.settings"
            ),
            cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
        )  # fmt: skip

    assert done.stdout.split() == ["4", "4", "4"], done.stderr
