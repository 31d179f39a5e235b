"""The listener: sessions at the front, one committer behind, an orderly end."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_network

from django.conf import settings

from quarantine.intake.batch import Committer
from quarantine.intake.connection import Door
from quarantine.intake.filters import Filter
from quarantine.intake.lmtp import Session
from quarantine.intake.waker import Wake

BACKLOG = 512
DRAIN_SECONDS = 30.0
# New objects between two looks for garbage: a batch is some thousands, none in cycles.
GARBAGE_AFTER = 10_000


def bind(listen: str) -> socket.socket:
    """Return a listening socket for `host:port`; several processes may share it."""
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.bind((host, int(port)))
    made.listen(BACKLOG)
    made.setblocking(False)  # noqa: FBT003 (the standard library's signature)
    return made


def name_of(listening: socket.socket) -> str:
    """Return where it listens, as people write it."""
    host, port = listening.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


async def serve(
    listening: socket.socket,
    *,
    filter_name: Filter,
    wake: Wake,
    on_ready: Callable[[], None],
) -> None:
    """Take messages until SIGTERM or SIGINT, then finish what has begun.

    Only what `filter_name` writes is believed. `wake` is told of each hold that policy
    lets pass, once it is committed.
    """
    # What stands now stays: to look through it again and again is a tenth of the CPU.
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER)
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    committer = Committer(loop, wake, filter_name)
    committer.start()
    door = Door(
        keeper=committer,
        networks=[ip_network(network) for network in settings.INTAKE_NETWORKS],
        max_bytes=settings.INTAKE_MAX_BYTES,
        max_sessions=settings.INTAKE_MAX_SESSIONS,
        host_name=socket.gethostname(),
    )
    server = await loop.create_server(lambda: Session(door), sock=listening)
    on_ready()
    try:
        await ended.wait()
        server.close()
        door.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(door.emptied.wait(), DRAIN_SECONDS)
    finally:
        await loop.run_in_executor(None, committer.close)
        await asyncio.sleep(0)
