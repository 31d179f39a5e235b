"""What is wrong with the settings is said where the portal and its workers start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from celery.signals import worker_ready

pytestmark = pytest.mark.db
FAULT = "SMS_DAILY_BUDGET must be at least 1"


def test_a_worker_says_what_is_wrong(settings, caplog):
    settings.SMS_DAILY_BUDGET = 0

    worker_ready.send(sender=None)

    assert FAULT in caplog.text
    assert "accounts.E001" in caplog.text


def test_the_portal_says_what_is_wrong_and_starts():
    made = subprocess.run(
        [sys.executable, "-c", "from cleanmail.wsgi import application as it; it"],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"SMS_DAILY_BUDGET": "0"},
        cwd=Path(__file__).parents[2],
    )

    assert made.returncode == 0
    assert FAULT in made.stderr


def test_nothing_is_said_where_nothing_is_wrong(caplog):
    worker_ready.send(sender=None)

    assert not caplog.records
