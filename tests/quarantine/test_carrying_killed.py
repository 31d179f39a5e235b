"""The process that carries mail on is killed with SIGKILL: nothing is lost."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from quarantine import carrying, retention
from quarantine.inventory import take_inventory
from quarantine.models import Message
from quarantine.store import Writer, open_content
from quarantine.tasks import expire
from tests.factories import make_hold

pytestmark = pytest.mark.django_db(transaction=True)

PAST = timezone.now() - timedelta(days=2)


def run_killed(owner: object, step: str) -> None:
    """Run retention in a process that dies right after the step."""
    # Each process opens a connection of its own.
    connection.close()
    child = os.fork()
    if child == 0:
        real: Callable[..., object] = getattr(owner, step)

        def dying(*args: object, **kwargs: object) -> None:
            real(*args, **kwargs)
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(owner, step, dying)
        try:
            expire()
        finally:
            os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL


def read(message: Message) -> bytes:
    return b"".join(open_content(Message.objects.get(pk=message.pk)))


def test_killed_by_the_system_at_each_step_it_goes_on(people):
    kept = {"expires_at": PAST, "kept_at": PAST, "kept_by": people.alice}
    messages = [
        make_hold(people.acme, content=b"%d" % number, **kept).message
        for number in range(2)
    ]

    for owner, step in (
        (Writer, "append"),
        (Writer, "sync"),
        (carrying, "_switch"),
        (carrying, "carry_on"),
        (retention, "_drop_keys"),
    ):
        run_killed(owner, step)
        assert [read(message) for message in messages] == [b"0", b"1"]
        assert take_inventory().is_sound
    for _ in range(2):
        expire()

    assert [read(message) for message in messages] == [b"0", b"1"]
    assert take_inventory().is_sound
