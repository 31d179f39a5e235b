"""A private intake process, and a client that says exactly what it is told."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).parents[2]


@dataclass
class Intake:
    """A running `manage.py intake`."""

    process: subprocess.Popen
    host: str
    port: int
    log: Path

    def kill(self) -> None:
        """End it the hard way."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> int:
        """End it the orderly way; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(40)


def _database_url() -> str:
    told = connection.settings_dict
    return f"postgres:///{told['HOST']}/{told['NAME']}"


def environment(**changes: object) -> dict[str, str]:
    """Return what a process of ours needs to work on this test's database and store."""
    told = {
        "DATABASE_URL": _database_url(),
        "STORE_DIR": settings.STORE_DIR,
        "BROKER_DIR": settings.BROKER_DIR,
        "REDIS_URL": "",
    }
    return os.environ | {key: str(value) for key, value in (told | changes).items()}


@contextmanager
def intake(
    folder: Path, filter_name: str = "rspamd", *, port: int = 0, **changes: object
) -> Iterator[Intake]:
    """Run an intake, on a free port unless told; `changes` are for its environment."""
    log = folder / "intake.log"
    command = [sys.executable, "manage.py", "intake", "--listen", f"127.0.0.1:{port}"]
    command += ["--filter", filter_name]
    with log.open("ab") as errors:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(**changes),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        assert process.stdout
        said = process.stdout.readline()
        assert said.startswith("intake: listening on "), log.read_text()
        host, _, port = said.split()[-1].rpartition(":")
        yield Intake(process, host, int(port), log)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        process.stdout.close()


def stuff(content: bytes) -> bytes:
    """Return the content as it goes over the wire: its dots doubled, the end added.

    Content that does not end with CRLF gets one: the wire cannot carry it otherwise.
    """
    if content and not content.endswith(b"\r\n"):
        content += b"\r\n"
    lines = content.split(b"\r\n")
    doubled = b"\r\n".join(b"." + x if x[:1] == b"." else x for x in lines)
    return doubled + b".\r\n"


class LmtpClient:
    """A blocking client; every method returns the replies as lines."""

    def __init__(self, host: str, port: int, timeout: float = 60) -> None:
        self.socket = socket.create_connection((host, port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")
        self.greeting = self.reply()

    def close(self) -> None:
        """Cut the connection."""
        self.file.close()
        self.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def reply(self) -> str:
        """Read one reply; of several lines the last."""
        while True:
            line = self.file.readline().decode().rstrip("\r\n")
            if line[3:4] != "-":
                return line

    def say(self, *lines: str | bytes) -> list[str]:
        """Send command lines in one go; return a reply for each."""
        raw = [line.encode() if isinstance(line, str) else line for line in lines]
        self.socket.sendall(b"".join(line + b"\r\n" for line in raw))
        return [self.reply() for _ in lines]

    def send(
        self,
        content: bytes,
        recipients: Sequence[str] = ("bob@acme.example",),
        *,
        sender: str = "sender@remote.example",
        queue_id: str = "",
        parameters: str = "",
    ) -> list[str]:
        """Send one message; return one reply a recipient, or the refusals."""
        commands = [f"XFORWARD IDENT={queue_id}"] if queue_id else []
        commands.append(f"MAIL FROM:<{sender}>{parameters}")
        commands += [f"RCPT TO:<{recipient}>" for recipient in recipients]
        replies = self.say(*commands, "DATA")
        if not replies[-1].startswith("354"):
            return replies
        self.socket.sendall(stuff(content))
        return [self.reply() for _ in recipients]


@contextmanager
def greeted(running: Intake, timeout: float = 60) -> Iterator[LmtpClient]:
    """Return a client that has said LHLO."""
    with LmtpClient(running.host, running.port, timeout) as client:
        assert client.greeting.startswith("220"), client.greeting
        assert client.say("LHLO mx.test.example")[0].startswith("250")
        yield client
