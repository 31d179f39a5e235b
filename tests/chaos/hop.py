"""The next hop of a run: it records, dawdles at times, and defers by chance."""

from __future__ import annotations

import hashlib
import random
import re
import threading
import time
from collections import defaultdict
from dataclasses import dataclass

from tests.smtp_server import KEYWORDS, Script, SmtpServer

TRACE = re.compile(
    rb"X-Cleanmail-Released: ([0-9a-f-]{36}); [^\r\n]+\r\n"
    rb"Received: by [^\r\n]+\r\n\tid [0-9a-f-]{36}; [^\r\n]+\r\n"
)


@dataclass(frozen=True)
class Delivery:
    """What the next hop took: for whom, and the hash of what stands below the trace."""

    sender: str
    recipients: tuple[str, ...]
    sha256: str


class Hop(SmtpServer):
    """Takes everything, sooner or later."""

    def __init__(self, seed: str, port: int) -> None:
        super().__init__(Script(keywords=(*KEYWORDS, "CHUNKING")), port=port)
        self.lot = random.Random(seed)  # noqa: S311
        self.deferred = 0
        self._chance = threading.Lock()

    def reply_to(self, step: str) -> str:
        with self._chance:
            chance, pause = self.lot.random(), self.lot.uniform(0, 0.4)
        if step in {"MAIL", "RCPT"} and chance < 0.02:
            self.deferred += 1
            return "451 4.7.1 Come again"
        if step == "END" and chance < 0.3:
            time.sleep(pause)  # who is shot now does not know whether it was taken
        return super().reply_to(step)

    def deliveries(self) -> dict[str, list[Delivery]]:
        """Return what was taken, by hold; ValueError if something has no trace."""
        found: dict[str, list[Delivery]] = defaultdict(list)
        for each in list(self.transactions):
            trace = TRACE.match(each.content)
            if trace is None:
                raise ValueError(each.content[:200])
            below = hashlib.sha256(each.content[trace.end() :]).hexdigest()
            named = tuple(re.findall(r"<([^>]*)>", " ".join(each.recipients)))
            sender = re.search(r"<([^>]*)>", each.mail)
            found[trace[1].decode()].append(
                Delivery(sender[1] if sender else "?", named, below)
            )
        return found
