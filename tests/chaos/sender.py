"""Senders that behave like an MTA: they come again until each recipient has its 250."""

from __future__ import annotations

import heapq
import random
import threading
import time
from collections import Counter
from contextlib import suppress

from tests.chaos.mails import Mail
from tests.services.intake import LmtpClient, stuff

REPLY_SECONDS = 90
# Under this many are patient enough; an intake that stands has an end somewhere.
TRIES_MAX = 2000


class Cut(ConnectionError):
    """The connection ended where a reply should have come."""


class Sender(threading.Thread):
    """One connection of the MTA, opened again whenever it breaks."""

    def __init__(self, mails: list[Mail], port: int, seed: str) -> None:
        super().__init__(name=f"sender {seed}", daemon=True)
        self.lot = random.Random(seed)  # noqa: S311
        self.port = port
        self.waiting = [(mail.due, number, mail) for number, mail in enumerate(mails)]
        heapq.heapify(self.waiting)
        self.client: LmtpClient | None = None
        self.told: Counter[str] = Counter()
        self.refusals: list[str] = []

    def run(self) -> None:
        """Send each when it is due; what is deferred or cut off is due again soon."""
        began = time.monotonic()
        while self.waiting:
            due, number, mail = heapq.heappop(self.waiting)
            time.sleep(max(0.0, began + due - time.monotonic()))
            self._try(mail)
            if not mail.is_done and self.told["tries"] < TRIES_MAX:
                again = time.monotonic() - began + self.lot.uniform(0.2, 2)
                heapq.heappush(self.waiting, (again, number, mail))
        self._drop()

    def _try(self, mail: Mail) -> None:
        self.told["tries"] += 1
        try:
            self._send(mail, mail.pending)
        except Cut:
            self.told["cut"] += 1
            self._drop()
        except OSError:
            self.told["unreached"] += 1
            self._drop()

    def _drop(self) -> None:
        if self.client is not None:
            with suppress(OSError):
                self.client.close()
        self.client = None

    def _reply(self) -> str:
        assert self.client is not None
        try:
            reply = self.client.reply()
        except OSError as error:
            raise Cut from error
        if not reply:
            raise Cut
        return reply

    def _connect(self) -> LmtpClient:
        if self.client is None:
            self.client = LmtpClient("127.0.0.1", self.port, REPLY_SECONDS)
            if not self.client.greeting.startswith("220"):
                raise Cut
            self.client.socket.sendall(b"LHLO mx.test.example\r\n")
            self._reply()
        return self.client

    def _send(self, mail: Mail, recipients: list[str]) -> None:
        client = self._connect()
        commands = [
            f"XFORWARD IDENT={mail.queue_id} HELO=mail.remote.example",
            f"MAIL FROM:<{mail.sender}>",
            *(f"RCPT TO:<{each}>" for each in recipients),
            "DATA",
        ]
        client.socket.sendall("".join(f"{line}\r\n" for line in commands).encode())
        replies = [self._reply() for _ in commands]
        if not replies[-1].startswith("354"):
            self._note(replies)
            self._drop()
            return
        client.socket.sendall(stuff(mail.content))
        accepted = zip(recipients, replies[2:-1], strict=True)
        for recipient in [each for each, reply in accepted if reply[0] == "2"]:
            reply = self._reply()
            if reply.startswith("250"):
                # From here on the mail is theirs: the sender forgets it.
                mail.taken.add(recipient)
                self.told["250"] += 1
            else:
                self._note([reply])

    def _note(self, replies: list[str]) -> None:
        self.told["4yz"] += any(reply.startswith("4") for reply in replies)
        self.refusals += [reply for reply in replies if reply.startswith("5")]
