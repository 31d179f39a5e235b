"""Brings evidence to the portal while the checks still run, in a thread of its own.

A portal that is not reached costs the checks nothing: what could not be sent is printed
at the end. Sending twice does no harm, each item has a number of its own.
"""

import getpass
import json
import os
import platform
import secrets
import threading
import time
import urllib.error
import urllib.request
from typing import Any, Dict, List, NamedTuple, Optional

from cleanmail.wire.replies import printable
from diagnostics.causes import CUSTOMER, PROVIDER, US
from diagnostics.checks.evidence import Evidence
from diagnostics.checks.side_by_side import Running

VERSION = 1
WHO = (CUSTOMER, PROVIDER, US)
POST_SECONDS = 5.0
# How long the checks wait for the portal's clock, and the end for the last answer.
GREET_SECONDS, FINISH_SECONDS = 1.5, 6.0
# And for one that has not answered at all so far.
DEAF_SECONDS = 2.0
TRIES = 3
# Items that come within this time go together.
GATHER_SECONDS = 0.15
# The portal takes twice that at once; one item is always less.
PIECE_BYTES = 60000
LINES_MAX, LINE_MAX = 100, 300
ANSWER_BYTES_MAX = 65536
# The portal does not know the token any more, or a newer run has begun.
REFUSALS = (404, 409, 410)
# Something in the piece is too long or not as the portal knows it.
UNREADABLE = (413, 422)


class Greeting(NamedTuple):
    """What the portal said first: its clock, and from where it saw us come."""

    epoch: float = 0.0
    address: str = ""


class Courier:
    """One run's way to the portal; without an address it does nothing."""

    def __init__(self, url: str, language: str) -> None:
        self.is_wanted = bool(url)
        # What the portal says of all ends together, worded like a report's causes.
        self.causes: List[Dict[str, Any]] = []
        self._language = language
        self.is_refused = False
        self.is_done = False
        self._url = url
        self._run = secrets.token_hex(8)
        self._items: List[Dict[str, Any]] = []
        self._sent = 0
        self._is_ending = False
        self._was_heard = False
        self._is_careful = False
        self._wake = threading.Condition()
        self._thread: Optional[threading.Thread] = None

    def greet(self) -> Greeting:
        """Tell the portal that the run begins; empty if it does not answer soon."""
        if not self.is_wanted:
            return Greeting()
        said = Running(self._greet).result(GREET_SECONDS) or {}
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()
        epoch = said.get("epoch")
        return Greeting(
            float(epoch) if isinstance(epoch, (int, float)) else 0.0,
            str(said.get("address") or ""),
        )

    def add(self, seen: Evidence) -> None:
        """Send an observation as soon as can be."""
        with self._wake:
            item = dict(seen._asdict(), ordinal=len(self._items))
            item["transcript"] = [line[:LINE_MAX] for line in seen.transcript]
            item["transcript"] = item["transcript"][:LINES_MAX]
            self._items.append(item)
            self._wake.notify()

    def finish(self) -> None:
        """Send what is left and that it was all; wait for it, not for ever."""
        with self._wake:
            self._is_ending = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join(FINISH_SECONDS if self._was_heard else DEAF_SECONDS)

    def whole(self) -> Dict[str, Any]:
        """Return what makes a report to paste of a report to read."""
        return dict(self._piece(self._items), is_final=True)

    def _piece(self, items: List[Dict[str, Any]]) -> Dict[str, Any]:
        return {
            "version": VERSION,
            "run": self._run,
            "language": self._language,
            "machine": describe_machine(),
            "evidence": items,
        }

    def _greet(self) -> Dict[str, Any]:
        try:
            return self._post(self._piece([]))
        except (OSError, ValueError):
            return {}

    def _work(self) -> None:
        failures = 0
        while failures < TRIES and not self.is_refused:
            with self._wake:
                while self._sent == len(self._items) and not self._is_ending:
                    self._wake.wait()
            if not self._is_ending:
                time.sleep(GATHER_SECONDS)
            items = self._next_items()
            is_last = self._is_ending and self._sent + len(items) == len(self._items)
            try:
                told = self._post(dict(self._piece(items), is_final=is_last))
            except (OSError, ValueError) as error:
                if getattr(error, "code", 0) in UNREADABLE and items:
                    # Leave out what the portal does not read, and only that.
                    self._sent += 1 if self._is_careful else 0
                    self._is_careful = True
                    continue
                failures += 1
                time.sleep(0.3 * failures)
                continue
            self._sent += len(items)
            if is_last:
                self.causes = readable_causes(told.get("causes"))
                self.is_done = True
                return

    def _next_items(self) -> List[Dict[str, Any]]:
        """Return what goes together: as much as the portal takes, or one by one."""
        items: List[Dict[str, Any]] = []
        size = 0
        for item in self._items[self._sent :]:
            size += len(json.dumps(item))
            if items and (size > PIECE_BYTES or self._is_careful):
                break
            items.append(item)
        return items

    def _post(self, said: Dict[str, Any]) -> Dict[str, Any]:
        """Post and return the answer; raise OSError or ValueError."""
        request = urllib.request.Request(  # noqa: S310 - the address the portal gave
            self._url,
            data=json.dumps(said).encode("ascii"),
            headers={
                "Content-Type": "application/json",
                "User-Agent": "cleanmail-probe/{}".format(VERSION),
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=POST_SECONDS) as answer:  # noqa: S310
                told = json.loads(answer.read(ANSWER_BYTES_MAX).decode("utf-8"))
        except urllib.error.HTTPError as error:
            self.is_refused = self.is_refused or error.code in REFUSALS
            error.close()
            raise
        self._was_heard = True
        return told if isinstance(told, dict) else {}


def readable_causes(said: Any) -> List[Dict[str, Any]]:  # noqa: ANN401 - JSON
    """Return the causes that the portal told, none if they are not as we know them."""
    try:
        return [
            {
                "slug": printable(cause["slug"].encode()),
                "confidence": float(cause["confidence"]),
                "who": cause["who"] if cause["who"] in WHO else CUSTOMER,
                "title": printable(cause["title"].encode()),
                "remedy": printable(cause["remedy"].encode()),
                "because": [printable(text.encode()) for text in cause["because"]],
                "next_check": printable((cause["next_check"] or "").encode()),
            }
            for cause in said or ()
        ]
    except (AttributeError, KeyError, TypeError, ValueError):
        return []


def describe_machine() -> Dict[str, str]:
    """Return what runs the agent: Python, system and user, nothing that is secret."""
    try:
        user = getpass.getuser()
    except (ImportError, KeyError, OSError):
        user = str(getattr(os, "getuid", lambda: "")())
    return {
        "python": platform.python_version()[:60],
        "system": "{} {}".format(platform.system(), platform.release())[:60],
        "user": user[:60],
    }
