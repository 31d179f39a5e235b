"""The processes of the house, each of which may be shot and started on what is left."""

from __future__ import annotations

import os
import pwd
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import psycopg

from tests.services.postgres import find_binaries
from tests.services.waiting import end

ROOT = Path(__file__).parents[2]
START_SECONDS = 120
WHOLE, ROOT_ONLY, ONE_CHILD = "whole", "parent", "child"


def _family(pid: int) -> list[int]:
    """Return the children of a process, to the last, and what is of its session."""
    told = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            told[int(path.parent.name)] = int(fields[1]), int(fields[3])
    found = {pid}
    size = 0
    while size != len(found):
        size = len(found)
        found |= {each for each, (up, session) in told.items() if up in found}
        found |= {each for each, (up, session) in told.items() if session == pid}
    return sorted(found - {pid})


def _kill(*pids: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


class Part:
    """One of the processes, with its children."""

    def __init__(
        self,
        name: str,
        command: list[str],
        folder: Path,
        environment: Mapping[str, str],
        *,
        is_up: Callable[[], bool],
        user: str | None = None,
    ) -> None:
        self.name = name
        self.command = command
        self.log = folder / f"{name}.log"
        self.environment = dict(environment)
        self.is_up = is_up
        self.user = user
        self.shots: Counter[str] = Counter()
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start it until it is up: right after a shot a first try may fail."""
        until = time.monotonic() + START_SECONDS
        while True:
            if self.process is None or self.process.poll() is not None:
                self._launch()
            if self.is_up() and self.process and self.process.poll() is None:
                return
            if time.monotonic() > until:
                raise TimeoutError(self.log.read_text(errors="replace")[-2000:])
            time.sleep(0.1)

    def _launch(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd="/" if self.user else ROOT, env=self.environment,
                stdout=log, stderr=log, start_new_session=True,
                user=self.user, group=self.user,
                extra_groups=[] if self.user else None,
            )  # fmt: skip

    def shoot(self, manner: str, lot: random.Random) -> None:
        """Send SIGKILL to all of it, to the parent alone, or to one child."""
        assert self.process is not None
        pid = self.process.pid
        children = _family(pid)
        if manner == ONE_CHILD and children:
            _kill(lot.choice(children))
        else:
            manner = ROOT_ONLY if manner == ROOT_ONLY and children else WHOLE
            _kill(pid, *(children if manner == WHOLE else ()))
            self.process.wait(30)
        self.shots[manner] += 1

    def remove(self) -> None:
        """Shoot all that was ever started of it and is left."""
        if self.process is not None:
            _kill(self.process.pid, *_family(self.process.pid))
            self.process.wait(30)

    def stop(self) -> None:
        """End it the orderly way, with whatever is left of it."""
        if self.process is not None:
            end(self.process)
            _kill(*_family(self.process.pid))


def answers_on(port: int) -> Callable[[], bool]:
    """Return a question: whether something listens there."""

    def ask() -> bool:
        with socket.socket() as sock:
            sock.settimeout(1)
            return sock.connect_ex(("127.0.0.1", port)) == 0

    return ask


def make_cluster(folder: Path) -> Part:
    """Make a PostgreSQL cluster that syncs as it does by default; not started yet."""
    binaries = find_binaries()
    if binaries is None:
        raise FileNotFoundError("Debian's package postgresql is not installed")
    user = "postgres" if os.geteuid() == 0 else None
    data = folder / "cluster"
    data.mkdir(mode=0o700)
    sockets = folder / "sockets"
    sockets.mkdir(mode=0o777)
    sockets.chmod(0o777)
    if user:
        told = pwd.getpwnam(user)
        os.chown(data, told.pw_uid, told.pw_gid)
    me = pwd.getpwuid(os.geteuid()).pw_name
    subprocess.run(
        [binaries / "initdb", "-D", data, "-A", "trust", "-U", me, "-E", "UTF8",
         "--locale=C.UTF-8"],
        check=True, stdout=subprocess.DEVNULL, cwd="/", user=user,
    )  # fmt: skip

    def is_up() -> bool:
        try:
            with psycopg.connect(host=str(sockets), dbname="postgres") as server:
                return server.execute("SELECT 1").fetchone() == (1,)
        except psycopg.Error:
            return False

    command = [
        str(binaries / "postgres"), "-D", str(data), "-c", "listen_addresses=",
        "-c", f"unix_socket_directories={sockets}", "-c", "max_connections=100",
        "-c", "fsync=on", "-c", "synchronous_commit=on",
    ]  # fmt: skip
    return Part("postgresql", command, folder, os.environ, is_up=is_up, user=user)


def make_parts(
    folder: Path, environment: Mapping[str, str], ports: tuple[int, int]
) -> dict[str, Part]:
    """Return what works on the cluster: Redis, intake, worker, beat; not started."""
    redis_port, intake_port = ports
    celery = [sys.executable, "-m", "celery", "-A", "cleanmail.celery"]
    commands = {
        "redis": [
            "redis-server", "--port", str(redis_port), "--bind", "127.0.0.1",
            "--save", "", "--appendonly", "no", "--dir", str(folder),
        ],
        "intake": [
            sys.executable, "manage.py", "intake",
            "--listen", f"127.0.0.1:{intake_port}", "--filter", "rspamd",
        ],
        "worker": [*celery, "worker", "--concurrency", "2", "-l", "WARNING"],
        "beat": [*celery, "beat", "-s", str(folder / "beat"), "-l", "WARNING"],
    }  # fmt: skip
    questions = {"redis": answers_on(redis_port), "intake": answers_on(intake_port)}
    return {
        name: Part(name, command, folder, environment, is_up=questions.get(name, runs))
        for name, command in commands.items()
    }


def runs() -> bool:
    """Say yes: who takes no connections is up once it runs."""
    return True
