"""The Celery app and its schedule."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import worker_ready

from cleanmail.startup import log_faults

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cleanmail.settings")

app = Celery("cleanmail")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "quarantine.sweep": {"task": "quarantine.sweep", "schedule": 10.0},
    "quarantine.sweep_reports": {
        "task": "quarantine.sweep_reports",
        "schedule": 15.0,
    },
    "quarantine.expire": {"task": "quarantine.expire", "schedule": 300.0},
    "quarantine.count_days": {"task": "quarantine.count_days", "schedule": 600.0},
    "quarantine.sight": {"task": "quarantine.sight", "schedule": 60.0},
    "quarantine.tell_requests": {
        "task": "quarantine.tell_requests",
        "schedule": 60.0,
    },
    "quarantine.tell": {"task": "quarantine.tell", "schedule": 60.0},
    "diagnostics.sweep": {"task": "diagnostics.sweep", "schedule": 10.0},
    "diagnostics.recheck": {"task": "diagnostics.recheck", "schedule": 300.0},
    "diagnostics.monitor": {"task": "diagnostics.monitor", "schedule": 30.0},
    "diagnostics.tell_faults": {
        "task": "diagnostics.tell_faults",
        "schedule": 60.0,
    },
    "diagnostics.prune": {"task": "diagnostics.prune", "schedule": 3600.0},
    "accounts.sweep": {"task": "accounts.sweep", "schedule": 10.0},
    "accounts.remind": {"task": "accounts.remind", "schedule": 3600.0},
    "accounts.seal_audit": {"task": "accounts.seal_audit", "schedule": 30.0},
    "accounts.verify_audit": {"task": "accounts.verify_audit", "schedule": 3600.0},
}


@worker_ready.connect
def log_faults_of_settings(**_kwargs: object) -> None:
    """Celery runs Django's checks as well, and says nothing of what they find."""
    log_faults()
