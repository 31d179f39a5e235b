"""Alive, and ready: database, broker and store can be reached."""

from __future__ import annotations

import os
import tempfile

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu import Connection
from kombu.exceptions import OperationalError


@require_safe
@never_cache
@login_not_required
def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _broker() -> None:
    if not settings.REDIS_URL:
        settings.BROKER_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        return
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    with Connection(settings.REDIS_URL, transport_options=options) as broker:
        broker.ensure_connection(max_retries=1, timeout=1)


def _store() -> None:
    settings.STORE_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=settings.STORE_DIR, prefix=".ready-")
    os.close(descriptor)
    os.unlink(name)  # noqa: PTH108 - a name from mkstemp


@require_safe
@never_cache
@login_not_required
def readyz(_request: HttpRequest) -> HttpResponse:
    """Say which part cannot be reached: 503 if any."""
    parts = {"database": _database, "broker": _broker, "store": _store}
    answer = {}
    for name, check in parts.items():
        try:
            check()
        except (DatabaseError, OperationalError, OSError) as error:
            answer[name] = type(error).__name__
        else:
            answer[name] = "ok"
    ready = all(value == "ok" for value in answer.values())
    return JsonResponse(answer, status=200 if ready else 503)
