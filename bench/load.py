"""Sends mail as fast as the server takes it: one JSON line tells how it went.

    python -m bench.load --port 2424 --lmtp --messages 2000 --sessions 50

Behaves as Postfix's client does: pipelines the envelope where PIPELINING is offered,
keeps a connection for a hundred messages, waits for each final reply.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import time
from dataclasses import dataclass, field

from bench import corpus

PER_CONNECTION = 100
MAILBOXES = 200
CORPUS = 200
ERRORS_MAX = 20


@dataclass(slots=True)
class Run:
    """What is left to send, and how it went so far."""

    options: argparse.Namespace
    contents: list[bytes]
    taken: int = 0
    ended_at: float = 0.0
    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def take(self) -> int | None:
        """Return the number of the next message, None when all are sent."""
        if self.taken >= self.options.messages or len(self.errors) >= ERRORS_MAX:
            return None
        self.taken += 1
        return self.taken - 1

    def note(self, seconds: float) -> None:
        """Note a message that was taken."""
        self.seconds.append(seconds)
        self.ended_at = time.perf_counter()


class Client:
    """One session after the other until nothing is left."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.pipelines = False
        self.waiting = b""

    async def work(self) -> None:
        """Send until nothing is left."""
        number = self.run.take()
        while number is not None:
            number = await self._session(number)

    async def _session(self, number: int | None) -> int | None:
        self.reader, self.writer = await asyncio.open_connection(
            "127.0.0.1", self.run.options.port, limit=1 << 16
        )
        self.waiting = b""
        await self._reply()
        verb = b"LHLO" if self.run.options.lmtp else b"EHLO"
        self.writer.write(verb + b" load.example\r\n")
        self.pipelines = b"PIPELINING" in await self._reply()
        for _turn in range(PER_CONNECTION):
            if number is None:
                break
            await self._message(number)
            number = self.run.take()
        self.writer.write(b"QUIT\r\n")
        await self._reply()
        self.writer.close()
        return number

    async def _message(self, number: int) -> None:
        since = time.perf_counter()
        mailbox = f"user{number % MAILBOXES}@{self.run.options.domain}"
        commands = [
            b"MAIL FROM:<sender%d@load.example>\r\n" % (number % 1000),
            f"RCPT TO:<{mailbox}>\r\n".encode(),
            b"DATA\r\n",
        ]
        if self.run.options.xforward:
            commands.insert(0, b"XFORWARD IDENT=Q%08X\r\n" % number)
        replies = await self._envelope(commands)
        if not replies[-1].startswith(b"354"):
            self.run.errors.append(repr(replies))
            return
        self.writer.write(self.run.contents[number % len(self.run.contents)])
        final = await self._reply()
        if final.startswith(b"250"):
            self.run.note(time.perf_counter() - since)
        else:
            self.run.errors.append(repr(final))

    async def _envelope(self, commands: list[bytes]) -> list[bytes]:
        if self.pipelines:
            self.writer.write(b"".join(commands))
            return await self._replies(len(commands))
        replies = []
        for command in commands:
            self.writer.write(command)
            replies += await self._replies(1)
        return replies

    async def _reply(self) -> bytes:
        (reply,) = await self._replies(1)
        return reply

    async def _replies(self, count: int) -> list[bytes]:
        """Read by chunks: a generator that is busy itself measures itself."""
        replies: list[bytes] = []
        lines = b""
        while len(replies) < count:
            line, end, rest = self.waiting.partition(b"\n")
            if not end:
                received = await self.reader.read(1 << 16)
                if not received:
                    message = f"closed after {self.waiting!r}"
                    raise ConnectionError(message)
                self.waiting += received
                continue
            self.waiting = rest
            lines += line + end
            if line[3:4] != b"-":
                replies.append(lines)
                lines = b""
        return replies


async def send_all(run: Run) -> float:
    """Send everything and return how long it took to the last final reply."""
    since = time.perf_counter()
    await asyncio.gather(*(Client(run).work() for _n in range(run.options.sessions)))
    return (run.ended_at or time.perf_counter()) - since


def report(run: Run, seconds: float) -> dict[str, object]:
    """Return the figures."""
    waits = sorted(run.seconds) or [0.0]
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "done": len(run.seconds),
        "per_second": len(run.seconds) / seconds,
        "p50_ms": waits[len(waits) // 2] * 1000,
        "p95_ms": waits[int(len(waits) * 0.95)] * 1000,
        "own_cpu_seconds": usage.ru_utime + usage.ru_stime,
        "errors": len(run.errors),
        "first_error": run.errors[0] if run.errors else "",
    }


def main() -> int:
    """Return 1 when anything but 250 came."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--domain", default="example.org")
    parser.add_argument("--lmtp", action="store_true")
    parser.add_argument("--xforward", action="store_true")
    options = parser.parse_args()
    contents = [corpus.stuffed(content) for content in corpus.make(CORPUS)]
    run = Run(options, contents)
    seconds = asyncio.run(send_all(run))
    print(json.dumps(report(run, seconds)))
    return 1 if run.errors or len(run.seconds) != options.messages else 0


if __name__ == "__main__":
    sys.exit(main())
